"""Rules for definitions: tokens that can be read, criteria of the same system, and just the fields that are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from support.acceptance import criteria
from support.lint.tree import Finding, Tree
from support.requirements import Place, Review, sentences


def unset_tokens(tree: Tree) -> Iterator[Finding]:
    """A token that reads an environment variable which is not set."""
    for system in tree.definitions.values():
        for problem in system.unset():
            yield _finding(tree, "unset-token", problem)


def criteria_of_another_system(tree: Tree) -> Iterator[Finding]:
    """Criteria that name another system than the folder that they stand in."""
    for folder, listed in tree.criteria.items():
        if listed.content.system != folder:
            problem = criteria.other_system(tree.root / listed.path, listed.content, folder)
            yield _finding(tree, "criteria-of-another-system", problem)


def undeclared(tree: Tree) -> Iterator[Finding]:
    """A step that reads a field which the definition of its system does not declare."""
    find = sentences.finder(tree.sentences)
    for system in tree.definitions.values():
        if system.installation is not None:
            continue  # nobody can give a published product what it does not have; its runs tell what is not verified
        folder = system.feature_folder
        own = [scenario for file in tree.features if file.system == folder for scenario in file.scenarios]
        for lack in Review(system, find).lacking(own, "process"):
            for path, line in lack.steps:
                message = f"{tree.relative(system.path)} does not declare {lack.field}; {lack.hint}"
                yield Finding(tree.relative(Path(path).resolve()), line, "undeclared-field", message)


def unread_endpoints(tree: Tree) -> Iterator[Finding]:
    """An endpoint that no sentence reads."""
    find = sentences.finder(tree.sentences)
    places = [Place(sentence.path, sentence.line) for sentence in tree.sentences]
    for system in tree.definitions.values():
        folder = system.feature_folder
        own = [scenario for file in tree.features if file.system == folder for scenario in file.scenarios]
        review = Review(system, find)
        for endpoint in review.unread(own, places):
            yield _finding(tree, "unread-endpoint", review.unread_says(endpoint))


def _finding(tree: Tree, rule: str, problem: str) -> Finding:
    """A finding of a problem that is told as ``file:line: what``."""
    path, line, what = problem.split(":", 2)
    return Finding(path.removeprefix(f"{tree.root}/"), int(line), rule, what.strip())

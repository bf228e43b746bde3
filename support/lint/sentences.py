"""Rules for the vocabulary: each step is written with exactly one sentence, and each sentence is used and explained."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from support.base import systems
from support.lint.tree import Finding, Tree
from support.requirements import other_systems
from support.requirements.sentences import Sentence, finder


def undefined(tree: Tree) -> Iterator[Finding]:
    """A step that no sentence matches."""
    texts = [sentence.text for sentence in tree.sentences]
    for (kind, name), (path, line) in _steps(tree).items():
        if not _matching(tree, kind, name):
            near = difflib.get_close_matches(name, texts, n=1)
            hint = f'; the nearest is "{near[0]}"' if near else "; `signoff vocabulary` lists all sentences"
            yield Finding(path, line, "undefined-step", f'no sentence for {kind} "{name}"{hint}')


def unused(tree: Tree) -> Iterator[Finding]:
    """A sentence that no feature uses, of the systems here or of those that the tests have accepted."""
    steps, tried = _steps(tree), _tried(tree)
    for sentence in tree.own_sentences:
        is_used = any(_fits(sentence, kind) and sentence.matches(name) for kind, name in steps)
        if not is_used and not any(_fits(sentence, kind) and _reads_like(sentence, name) for kind, name in tried):
            yield _at(tree, sentence, "unused-step", f'no feature uses "{sentence.text}"; remove it')


def duplicate(tree: Tree) -> Iterator[Finding]:
    """A sentence that is defined twice, or whose text an earlier one takes already."""
    for index, sentence in enumerate(tree.sentences):
        for other in tree.sentences[:index]:
            if other.keyword == sentence.keyword and other.matches(sentence.text):
                where = f"{tree.relative(other.path)}:{other.line}"
                yield _at(tree, sentence, "duplicate-step", f'"{sentence.text}" is taken already by {where}')


def ambiguous(tree: Tree) -> Iterator[Finding]:
    """A step that more than one sentence matches."""
    for (kind, name), (path, line) in _steps(tree).items():
        found = _matching(tree, kind, name)
        if len(found) > 1:
            texts = " and ".join(f'"{sentence.text}"' for sentence in found)
            yield Finding(path, line, "ambiguous-step", f'"{name}" is matched by {texts}')


def another_system(tree: Tree) -> Iterator[Finding]:
    """A step that names another system than the one whose features it stands in."""
    find = finder(tree.sentences)
    for file in tree.features:
        judged = tree.judged_by(file.system)
        if not judged:
            continue  # its definition cannot be read, which is told already
        own, others = judged[0], {each.says for each in tree.definitions.values() if each not in judged}
        steps = (step for scenario in file.scenarios for step in scenario.all_steps)
        for step, name in other_systems.named(steps, others - {own.says}, find):
            message = f'"{step.name}" {other_systems.says(name, own.says)}'
            yield Finding(file.path, step.line, "another-system", message)


def sentence_of_another_system(tree: Tree) -> Iterator[Finding]:
    """A step that only another system's own sentence matches: a run does not load it."""
    owned = [(sentence, systems.owner_of(sentence.subject, tree.definitions)) for sentence in tree.sentences]
    for file in tree.features:
        foreign = [(sentence, owner) for sentence, owner in owned if owner not in (None, file.system)]
        loaded = [sentence for sentence, owner in owned if owner in (None, file.system)]
        for step in [step for scenario in file.scenarios for step in scenario.all_steps] if foreign else ():
            owners = {owner for each, owner in foreign if _fits(each, step.step_type) and each.matches(step.name)}
            if owners and not any(_fits(each, step.step_type) and each.matches(step.name) for each in loaded):
                whose = ", ".join(map(str, owners))
                message = f'"{step.name}" is a sentence of {whose}: runs of {file.system} do not load it'
                yield Finding(file.path, step.line, "another-system", message)


def undocumented(tree: Tree) -> Iterator[Finding]:
    """A sentence whose function has no docstring to explain it."""
    for sentence in tree.own_sentences:
        if not sentence.meaning:
            yield _at(
                tree, sentence, "undocumented-step", f'"{sentence.text}" has no docstring that says what it means'
            )


def _steps(tree: Tree) -> dict[tuple[str, str], tuple[str, int]]:
    """Every different step, by its kind and name, and where it first stands."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for file, step in tree.steps():
        found.setdefault((step.step_type, step.name), (file.path, step.line))
    return found


def _tried(tree: Tree) -> set[tuple[str, str]]:
    steps = (step for feature in tree.tried for scenario in feature.walk_scenarios() for step in scenario.all_steps)
    return {(step.step_type, step.name) for step in steps}


def _reads_like(sentence: Sentence, name: str) -> bool:
    """Whether a step is written with a sentence, whatever stands in the places of its parameters."""
    fixed = re.split(r"\{\w+(?::\w+)?\}", sentence.text)
    return re.fullmatch(".+".join(map(re.escape, fixed)), name) is not None


def _matching(tree: Tree, kind: str, name: str) -> list[Sentence]:
    return [sentence for sentence in tree.sentences if _fits(sentence, kind) and sentence.matches(name)]


def _fits(sentence: Sentence, kind: str) -> bool:
    return sentence.keyword in (kind, "step")


def _at(tree: Tree, sentence: Sentence, rule: str, message: str) -> Finding:
    return Finding(tree.relative(sentence.path), sentence.line, rule, message)

"""What the rules look at: the tree's features, sentences, criteria and Python sources, each read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.acceptance import criteria
from support.acceptance.criteria import CriteriaFile
from support.base import feature_files, scenarios, systems
from support.base.outcomes import UsageError
from support.base.places import step_folders
from support.base.systems import System
from support.requirements import sentences
from support.requirements.sentences import Sentence

SOURCES = ("support", "steps", "systems", "environment.py")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that breaks a rule, and where."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class FeatureFile:
    """A parsed feature and the system whose folder it stands in."""

    path: str
    system: str
    feature: Any

    @property
    def scenarios(self) -> list[Any]:
        """Its scenarios, each row of an outline by itself."""
        return list(self.feature.walk_scenarios())


@dataclass(frozen=True, slots=True)
class Listed:
    """A system's criteria and the lines of the file that they stand in."""

    path: str
    content: CriteriaFile
    lines: tuple[str, ...]

    def line_of(self, criterion_id: str) -> int:
        """Where a criterion stands in the file."""
        spelled = (f"id: {criterion_id}", f'id: "{criterion_id}"')
        return next((n for n, line in enumerate(self.lines, 1) if line.strip(" -").startswith(spelled)), 1)


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed Python file."""

    path: str
    module: ast.Module


@dataclass(slots=True)
class Tree:
    """A checkout as the rules see it. ``troubles`` are files that cannot be read at all."""

    root: Path
    features: list[FeatureFile] = field(default_factory=list)
    """Features of systems that only tests have: they use shared sentences, and nothing else is asked of them."""
    sentences: list[Sentence] = field(default_factory=list)
    criteria: dict[str, Listed] = field(default_factory=dict)
    definitions: dict[str, System] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    troubles: list[Finding] = field(default_factory=list)
    tried: list[Any] = field(default_factory=list)
    """Features under ``tests``: of systems that have a checkout of their own there."""

    def relative(self, path: Path) -> str:
        """A path as findings print it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    @property
    def own_sentences(self) -> list[Sentence]:
        """The sentences that this tree defines; a project uses those of the suite as well."""
        return [sentence for sentence in self.sentences if sentence.path.is_relative_to(self.root)]

    def steps(self) -> Iterator[tuple[FeatureFile, Any]]:
        """Every step of every scenario, with its file."""
        for file in self.features:
            for scenario in file.scenarios:
                for step in scenario.all_steps:
                    yield file, step

    def function_of(self, sentence: Sentence) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The syntax tree of a sentence's function."""
        path = self.relative(sentence.path)
        source = next((source for source in self.sources if source.path == path), None)
        nodes = ast.walk(source.module) if source else iter(())
        functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return next((node for node in functions if _first_line(node) == sentence.line), None)

    def judged_by(self, folder: str) -> list[System]:
        """The systems that a folder of features judges; the one of the same name first."""
        found = [system for system in self.definitions.values() if system.feature_folder == folder]
        return sorted(found, key=lambda system: system.name != folder)

    def areas_of(self, file: FeatureFile, scenario: Any) -> set[str]:
        """The areas of the criteria that a scenario names."""
        listed = self.criteria.get(file.system)
        found = (
            [listed.content.get(name) for name in scenarios.criteria_of(scenarios.all_tags(scenario))] if listed else []
        )
        return {criterion.area for criterion in found if criterion}


def read(root: Path) -> Tree:
    """Read a checkout; what cannot be read becomes a trouble and is left out."""
    tree = Tree(root.resolve())
    _read_sources(tree)
    _read_features(tree)
    _read_tried(tree)
    _read_sentences(tree)
    for folder in sorted((tree.root / "systems").glob("*/system.yaml")):
        try:
            tree.definitions[folder.parent.name] = systems.load(folder)
        except UsageError as error:
            tree.troubles.append(Finding(tree.relative(folder), 1, "system", str(error)))
    return tree


def _read_sources(tree: Tree) -> None:
    paths = [
        path
        for name in SOURCES
        for path in ([tree.root / name] if name.endswith(".py") else (tree.root / name).rglob("*.py"))
    ]
    for path in sorted(path for path in paths if path.is_file()):
        try:
            tree.sources.append(Source(tree.relative(path), ast.parse(path.read_bytes(), str(path))))
        except SyntaxError as error:
            tree.troubles.append(Finding(tree.relative(path), error.lineno or 1, "syntax", error.msg))


def _read_features(tree: Tree) -> None:
    features = tree.root / "features"
    for folder in sorted(path for path in features.glob("*") if path.is_dir()):
        _read_criteria(tree, folder)
    for location in feature_files.collect([str(features)]) if features.is_dir() else ():
        path = tree.relative(Path(location.filename))
        if trouble := scenarios.misplaced(path):
            tree.troubles.append(Finding(path, 1, "misplaced-feature", trouble))
            continue
        feature, problems = feature_files.examine(Path(location.filename))
        if feature is not None:
            tree.features.append(FeatureFile(path, scenarios.system_of(path), feature))
        tree.troubles.extend(Finding(path, problem.line, problem.kind, problem.why) for problem in problems)


def _read_tried(tree: Tree) -> None:
    found = (tree.root / "tests").glob("**/features/*/*.feature")
    for path in sorted(path for path in found if path.relative_to(tree.root).parts[1] != "data"):  # kept runs of old
        feature, problems = feature_files.examine(path)
        if feature is not None:
            tree.tried.append(feature)
        tree.troubles.extend(
            Finding(tree.relative(path), problem.line, problem.kind, problem.why) for problem in problems
        )


def _read_criteria(tree: Tree, folder: Path) -> None:
    path = folder / "criteria.yaml"
    try:
        content = criteria.load(path)
    except UsageError as error:
        tree.troubles.append(Finding(tree.relative(path), 1, "criteria", str(error)))
        return
    lines = tuple(path.read_text(encoding="utf-8").splitlines())
    tree.criteria[folder.name] = Listed(tree.relative(path), content, lines)


def _read_sentences(tree: Tree) -> None:
    try:
        tree.sentences = sentences.load(*step_folders(tree.root))
    except (ImportError, SyntaxError, NameError, AttributeError) as error:
        tree.troubles.append(Finding("steps", 1, "syntax", f"the step modules cannot be loaded: {error}"))


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])

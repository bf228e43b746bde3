"""Reads a feature with Cucumber's own parser, the reference for Gherkin, independently of behave."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gherkin.ast_builder import AstBuilder
from gherkin.dialect import Dialect
from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser
from gherkin.parser_types import Background, Feature, Scenario, Step

OWNERS = {"FeatureHeader": "feature", "RuleHeader": "rule"}
"""Nodes that carry a description under another name than their own."""


@dataclass(frozen=True, slots=True)
class StepShape:
    """A step by its line, and the rows and columns of its table (0 without one)."""

    line: int
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class ScenarioShape:
    """A scenario, or one row of an outline: its own line, its author's name for it, and every step that it takes."""

    line: int
    name: str
    steps: tuple[StepShape, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """Free text below a heading: ``owner`` is what it describes, ``lines`` are line numbers with their raw text."""

    owner: str
    lines: tuple[tuple[int, str], ...]
    has_background: bool = False
    """Whether steps of a background come before those of the scenario that it describes."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file. ``empty`` are line and title of each background and outline under which nothing would be run."""

    language: str
    scenarios: tuple[ScenarioShape, ...]
    descriptions: tuple[Description, ...]
    empty: tuple[tuple[int, str], ...]


class SyntaxTrouble(Exception):
    """The text is no Gherkin; ``line`` says where."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def read(text: str) -> Document | None:
    """Parse a feature; None when the text holds none. Raises SyntaxTrouble."""
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n")):
        return None
    builder = _Builder()
    try:
        feature = Parser(builder).parse(text).get("feature")
    except CompositeParserException as error:
        raise _trouble(error.errors[0], text) from error
    except ParserException as error:
        raise _trouble(error, text) from error
    if not feature:
        return None
    found = list(_scenarios(feature))
    empty = [*_empty_backgrounds(feature), *_empty_outlines(feature)]
    return Document(feature["language"], tuple(found), tuple(_described(builder, feature)), tuple(sorted(empty)))


class _Builder(AstBuilder):
    """Keeps the lines of each description, which the finished tree joins into one text without their places."""

    def reset(self) -> None:
        super().reset()
        self.descriptions: list[Description] = []

    def end_rule(self, rule_type: str) -> None:
        if rule_type == "Description":
            tokens: list[Any] = self.current_node.get_tokens("Other")
            lines = tuple((int(token.location["line"]), str(token.matched_text)) for token in tokens)
            parent = self.stack[-2].rule_type
            if lines:  # a comment after an empty line makes a description of nothing
                self.descriptions.append(Description(OWNERS.get(parent, parent.lower()), lines))
        super().end_rule(rule_type)


def _trouble(error: ParserException, text: str) -> SyntaxTrouble:
    line = error.location["line"]
    why = re.sub(r"^\(\d+:\d+\): ", "", str(error))
    if why.startswith("expected: "):
        lines = text.split("\n")
        why = f'Gherkin allows no line like "{lines[line - 1].strip()}" in this place'
    return SyntaxTrouble(line, why)


def _groups(feature: Feature) -> Iterator[tuple[list[Background], list[Scenario]]]:
    """The scenarios of the feature itself and of each rule, with the backgrounds that come before them."""
    own = list(_children(feature, "background"))
    yield own, list(_children(feature, "scenario"))
    for rule in _children(feature, "rule"):
        yield [*own, *_children(rule, "background")], list(_children(rule, "scenario"))


def _children(node: Any, kind: str) -> Iterator[Any]:
    """The children of one kind; the parser's own types do not say that it wraps each by its kind."""
    return (child[kind] for child in node["children"] if kind in child)


def _scenarios(feature: Feature) -> Iterator[ScenarioShape]:
    for backgrounds, scenarios in _groups(feature):
        before = [_shape(step) for background in backgrounds for step in background["steps"]]
        for scenario in scenarios:
            steps = (*before, *map(_shape, scenario["steps"]))
            lines = [row["location"]["line"] for table in scenario["examples"] for row in table["tableBody"]]
            if not scenario["examples"]:
                lines = [scenario["location"]["line"]]
            yield from (ScenarioShape(line, scenario["name"], steps) for line in lines)


def _shape(step: Step) -> StepShape:
    rows = step["dataTable"]["rows"] if "dataTable" in step else []
    return StepShape(step["location"]["line"], len(rows), len(rows[0]["cells"]) if rows else 0)


def _empty_backgrounds(feature: Feature) -> Iterator[tuple[int, str]]:
    found = {background["location"]["line"]: background for before, _ in _groups(feature) for background in before}
    for line, background in found.items():
        if not background["steps"]:
            yield line, f"{background['keyword']}: {background['name']}".rstrip(": ")


def _empty_outlines(feature: Feature) -> Iterator[tuple[int, str]]:
    dialect = Dialect.for_name(feature["language"])
    outlines = dialect.scenario_outline_keywords if dialect else []
    for _, scenarios in _groups(feature):
        for scenario in scenarios:
            tables = scenario["examples"]
            rows = [row for table in tables for row in table["tableBody"]]
            if not rows and (tables or scenario["keyword"] in outlines):
                yield scenario["location"]["line"], f"{scenario['keyword']}: {scenario['name']}".rstrip(": ")


def _described(builder: _Builder, feature: Feature) -> Iterator[Description]:
    """The descriptions, those of scenarios with whether a background comes before their steps."""
    after_background = {
        scenario["location"]["line"]: any(background["steps"] for background in backgrounds)
        for backgrounds, scenarios in _groups(feature)
        for scenario in scenarios
    }
    headings = sorted(after_background)
    for found in builder.descriptions:
        above = bisect(headings, found.lines[0][0]) - 1
        yield replace(found, has_background=above >= 0 and after_background[headings[above]])

"""Lines that behave silently reads as description because their keyword is mistyped: a scenario lost without a word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from behave.model import ScenarioOutline

from support.outcomes import UsageError

KEYWORDS = ("Feature", "Rule", "Background", "Example", "Examples", "Scenario", "Scenarios", "Scenario Outline")
STEP_KEYWORDS = ("Given", "When", "Then", "And", "But")
CLOSE = 0.75
"""How alike two words are of which one is taken for a slip of the other, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A line of a description that was meant as something else; ``after`` is the line that the description follows."""

    text: str
    keyword: str
    after: int

    def __str__(self) -> str:
        return f'"{self.text}" is read as description; should it begin with "{self.keyword}"?'


def misread(feature: Any) -> Iterator[Misread]:
    """Every such line of a parsed feature."""
    for node in described(feature):
        in_scenario = node.keyword not in ("Feature", "Rule")
        for text in node.description or ():
            if near := _near(str(text), in_scenario):
                yield Misread(str(text).strip(), near, node.line)


def check(features: Iterable[Any]) -> None:
    """Raise UsageError for the first such line: what stands under it would not be run, and nobody would know."""
    for feature in features:
        for found in misread(feature):
            raise UsageError(f"{feature.filename}, after line {found.after}: {found}")


def described(feature: Any) -> Iterator[Any]:
    """The feature, its rules, scenarios and outlines, an outline's rows left out."""
    yield feature
    items = list(feature.run_items)
    while items:
        node = items.pop(0)
        yield node
        if not isinstance(node, ScenarioOutline):
            items += list(getattr(node, "run_items", ()))


def _near(text: str, in_scenario: bool) -> str:
    head, colon, _ = text.strip().partition(":")
    if colon:
        near = difflib.get_close_matches(head, KEYWORDS, n=1, cutoff=CLOSE)
        if near:
            return f"{near[0]}:"
    first = text.split(maxsplit=1)[0] if text.split() else ""
    close = difflib.get_close_matches(first, STEP_KEYWORDS, n=1, cutoff=CLOSE) if in_scenario else []
    return close[0] if close else ""

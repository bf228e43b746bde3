"""The sentences that scenarios are written in: every step definition with its text, meaning, subject and place."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from behave import step_registry
from behave.matchers import make_step_matcher

from support.base import systems
from support.requirements import Place, place_of, step_files

KEYWORDS = {"given": "Given", "when": "When", "then": "Then", "step": "*"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One step definition. ``subject`` is the name of its file; ``matcher`` is behave's own for its text."""

    keyword: str
    text: str
    subject: str
    path: Path
    line: int
    function: Callable[..., Any]
    matcher: Any

    @property
    def meaning(self) -> str:
        """The first line of its docstring; empty when it has none."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def shown(self) -> str:
        """The text as an author writes it: ``{caller}`` where anything may stand, ``<Caller>`` for words of a type."""
        return re.sub(
            r"{(\w+):(\w+)}", lambda found: f"<{found[2]}>" if found[2] in words() else f"{{{found[1]}}}", self.text
        )

    def matches(self, name: str) -> bool:
        """Whether a step of that name is this sentence."""
        return bool(self.matcher.matches(name))


def load(*folders: Path) -> list[Sentence]:
    """Every step definition in flat folders of step modules, in the order of subjects.

    Left out are those of a system that the project does not have. Two definitions of one
    sentence are both listed; behave itself would stop at the second.
    """
    found: list[Sentence] = []
    with _recording(found):
        step_files.load(folders, lambda owner: owner in (None, *systems.names()))
    return sorted(found, key=lambda sentence: (sentence.subject, sentence.line))


def finder(vocabulary: list[Sentence]) -> Callable[[Any], Place | None]:
    """Finds the function that a step is written with, by the sentence that matches it."""

    def find(step: Any) -> Place | None:
        for sentence in vocabulary:
            if sentence.keyword in (step.step_type, "step") and sentence.matches(step.name):
                return place_of(sentence.matcher.match(step.name))
        return None

    return find


def by_subject(sentences: list[Sentence], subject: str | None = None) -> dict[str, list[Sentence]]:
    """Sentences grouped by subject, those of one subject alone if it is given."""
    groups: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        if subject in (None, sentence.subject):
            groups.setdefault(sentence.subject, []).append(sentence)
    return groups


def words() -> dict[str, list[str]]:
    """The words that sentences and tables know, by type, as the steps that were loaded brought them along."""
    module = sys.modules.get("support.world.vocabulary")
    known: dict[str, list[str]] = getattr(module, "WORDS", {})
    return known


@contextmanager
def _recording(found: list[Sentence]) -> Iterator[None]:
    """Have behave's step decorators note definitions here instead of in its registry."""

    def note(keyword: str, text: str, function: Callable[..., Any]) -> None:
        code = inspect.unwrap(function).__code__
        path = Path(code.co_filename).resolve()
        matcher = make_step_matcher(function, text, keyword.lower())
        matcher.compile()
        found.append(Sentence(keyword.lower(), text, path.stem, path, code.co_firstlineno, function, matcher))

    registry = step_registry.registry
    registry.add_step_definition = note
    try:
        yield
    finally:
        del registry.add_step_definition

"""Matchers that describe what was expected and seen, and where the evidence is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from hamcrest.core.base_matcher import BaseMatcher
from hamcrest.core.description import Description

EVIDENCE = "the whole exchange is attached to the step that asked"


T = TypeVar("T")


class Described(BaseMatcher[T], Generic[T]):
    """Something that a predicate holds for, in words: ``what`` was expected, and what was ``seen`` in its place."""

    def __init__(self, what: str, holds: Callable[[T], bool], seen: Callable[[T], str]) -> None:
        self._what, self._holds, self._seen = what, holds, seen

    def _matches(self, item: T) -> bool:
        return self._holds(item)

    def describe_to(self, description: Description) -> None:
        description.append_text(self._what)

    def describe_mismatch(self, item: T, mismatch_description: Description) -> None:
        mismatch_description.append_text(self._seen(item))


def shortened(text: str, longest: int = 600) -> str:
    """A text as far as a message shows it."""
    return text if len(text) <= longest else f"{text[:longest]} …"

"""One piece of personal data in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """Its kind, and the characters that it takes."""

    kind: str
    start: int
    end: int

"""A difference between system and model as an owner reads it: numbered steps, expected beside seen, a curl script."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest

from support.base.outcomes import NotMet

COLUMN = 56
"""Characters of a line of what was expected, and of what was seen beside it."""
SHORT = 240
"""Characters of what was expected, of what was seen, and of each step, in a message."""
LAST = 8
"""Steps that a message tells; of longer stories the last ones."""


class Difference(NotMet):
    """The system differs from the model: what the model expects, and what was seen instead."""

    def __init__(self, expected: str, seen: str) -> None:
        super().__init__(f"expected {expected}, but {seen}")
        self.expected, self.seen = expected, seen


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody did, in plain words, and the command line that does it again; empty if there is none."""

    says: str
    command: str = ""


@dataclass(slots=True)
class Recording:
    """What was done in one case, in order. A step is put into words only if somebody reads it, as few are."""

    _noted: list[Callable[[], Step]] = field(default_factory=list)

    def note(self, tell: Callable[[], Step]) -> None:
        """Note one step, before it is taken; ``tell`` must say the same whenever it is called."""
        self._noted.append(tell)

    def steps(self) -> tuple[Step, ...]:
        """All steps in words."""
        return tuple(tell() for tell in self._noted)

    def __len__(self) -> int:
        return len(self._noted)


@dataclass(frozen=True, slots=True)
class Story:
    """The smallest sequence of steps found after which the system differs from the model."""

    steps: tuple[Step, ...]
    expected: str
    seen: str
    note: str = ""
    """How the smallest was found, where that limits what it shows."""

    def text(self) -> str:
        """The whole of it."""
        numbered = [f"{number:2}. {step.says}" for number, step in enumerate(self.steps, 1)]
        lines = [*numbered, "", *_beside("expected", "seen"), *_beside("-" * COLUMN, "-" * COLUMN)]
        lines += _beside(self.expected, self.seen)
        return "\n".join([*lines, *(["", self.note] if self.note else [])]) + "\n"

    def short(self) -> str:
        """What differs, and the last steps before it, numbered, for a message."""
        expected, seen = (textwrap.shorten(each, SHORT, placeholder=" …") for each in (self.expected, self.seen))
        told = [textwrap.shorten(step.says, SHORT, placeholder=" …") for step in self.steps]
        left_out = max(0, len(told) - LAST)
        lines = [f"expected {expected}, but {seen}, after", *([f"… {left_out} steps, and then"] if left_out else [])]
        lines += [f"{number}. {says}" for number, says in enumerate(told[left_out:], left_out + 1)]
        return "\n".join(lines)

    def script(self, preamble: str = "") -> str:
        """A shell script that takes the steps again, and says at its end what is to be compared."""
        lines = ["#!/bin/sh", "# Repeats what the story tells, against a system that holds nothing yet.", preamble, ""]
        for number, step in enumerate(self.steps, 1):
            lines += [_comment(f"{number}. {step.says}"), step.command or "# (by hand)", "echo", ""]
        lines += [_comment(f"expected: {self.expected}"), _comment(f"seen:     {self.seen}")]
        return "\n".join(lines) + "\n"


def _beside(left: str, right: str) -> list[str]:
    columns = [[part for line in text.splitlines() for part in textwrap.wrap(line, COLUMN)] for text in (left, right)]
    return [f"{one:<{COLUMN}}  | {other}".rstrip() for one, other in zip_longest(*columns, fillvalue="")]


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in text.splitlines())

"""Verdicts by hand: survivors that are equivalent to the original, each with the reason, from ``equivalent.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from support.base.outcomes import UsageError
from tests.mutants.outcome import Result

FILE = Path(__file__).with_name("equivalent.yaml")
FIELDS = {"module", "line", "operator", "why"}


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Says of the mutants of a line (by its text, for numbers change) that nobody can notice them.

    ``after`` narrows it to the mutant whose changed text contains it; empty, it holds for all by that operator.
    """

    module: str
    line: str
    operator: str
    why: str
    after: str = ""

    def is_about(self, result: Result) -> bool:
        place = result.module, result.text.strip(), result.operator
        return place == (self.module, self.line.strip(), self.operator) and self.after in result.after


def load(path: Path = FILE) -> list[Equivalent]:
    """All verdicts. Raises UsageError for one that is not complete."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for entry in entries:
        if not FIELDS <= set(entry) <= FIELDS | {"after"} or not all(isinstance(each, str) for each in entry.values()):
            raise UsageError(f"{path.name}: an entry needs {', '.join(sorted(FIELDS))}, and may have after: {entry}")
    return [Equivalent(**entry) for entry in entries]


def why_equivalent(result: Result, known: list[Equivalent]) -> str:
    """The reason why a mutant is equivalent; empty if nobody has said so."""
    return next((each.why for each in known if each.is_about(result)), "")

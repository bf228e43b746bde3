"""What an orchestrator answered: a result or a refusal, in the same terms whatever interface it came through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeVar

from support.base.outcomes import NotMet
from support.checks.shapes import SHOWN, Considered, Problem, read, wrong_in

T = TypeVar("T")

_NAME = re.compile(r"[^:/#]*$")
"""The last part of a problem's type: ``registry-full`` of ``urn:caio:problem:registry-full`` or of a URL."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake in what was sent: the field's path, what was wrong, and the line in the document, if it has lines."""

    field: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One service that was considered: what became of it (chosen, refused, outranked), at which stage, and why."""

    service_id: str
    outcome: str
    stage: str
    reason: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused. ``kind`` is the problem's name, such as ``no-matching-services``."""

    kind: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    def __str__(self) -> str:
        errors = "".join(f"\n  {error.field} (line {error.line}): {error.message}" for error in self.errors)
        reasons = "".join(f"\n  {each.service_id} [{each.stage}]: {each.reason}" for each in self.candidates)
        return f"{self.kind}: {self.detail}{errors}{reasons}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A result (``body``) or a refusal, and how it came: ``shown`` is the exchange as text, ``duration`` in seconds."""

    body: Any = None
    refusal: Refusal | None = None
    shown: str = field(default="", repr=False)
    duration: float = 0.0
    status: int | None = None
    request_id: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether a result came."""
        return self.refusal is None

    def result(self) -> Any:
        """The result. Raises NotMet, with the refusal, if there is none."""
        if self.refusal is not None:
            raise NotMet(f"expected a result, but it was refused as {self.refusal}")
        return self.body

    def read(self, kind: type[T], *path: str) -> T:
        """The part of the result at a path. Raises NotMet if there is no result, or not that in it."""
        return read(self.result(), kind, *path)

    def candidates(self) -> tuple[Candidate, ...]:
        """Every service that was considered, from the decision's trace or from the refusal."""
        if self.refusal is not None:
            return self.refusal.candidates
        return tuple(_candidate(each) for each in self.read(list[Considered], "trace", "candidates"))

    def __str__(self) -> str:
        return str(self.refusal) if self.refusal else f"accepted: {self.body}"


def _candidate(entry: Considered) -> Candidate:
    return Candidate(entry.service_id, entry.outcome, entry.stage or "", entry.reason or "", entry.score)


def refusal(problem: object) -> Refusal:
    """Read a problem document (RFC 9457) of either interface. What has not the shape of one is "unexplained"."""
    if wrong := wrong_in(problem, Problem):
        shown = repr(problem)[:SHOWN]
        return Refusal("unexplained", f"expected a problem document, but it has another shape ({wrong}): {shown}")
    told = read(problem, Problem)
    found = _NAME.search(told.type)
    errors = tuple(
        FieldError(str(each.get("field", "")), str(each.get("message", "")), each.get("line"))
        for each in told.errors or ()
    )
    candidates = tuple(_candidate(each) for each in told.candidates or ())
    return Refusal((found[0] if found else "") or "unexplained", told.detail or "", errors, candidates)

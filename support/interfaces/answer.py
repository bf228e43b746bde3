"""What an orchestrator answered: a result or a refusal, in the same terms whatever interface it came through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from support.outcomes import NotMet

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

    def candidates(self) -> tuple[Candidate, ...]:
        """Every service that was considered, from the decision's trace or from the refusal."""
        if self.refusal is not None:
            return self.refusal.candidates
        return tuple(candidate(each) for each in self.result()["trace"]["candidates"])

    def __str__(self) -> str:
        return str(self.refusal) if self.refusal else f"accepted: {self.body}"


def candidate(entry: dict[str, Any]) -> Candidate:
    """Read one candidate of a trace or of a refusal."""
    score = entry.get("score")
    return Candidate(
        service_id=str(entry["service_id"]),
        outcome=str(entry.get("outcome", "refused")),
        stage=str(entry.get("stage") or ""),
        reason=str(entry.get("reason") or ""),
        score=None if score is None else float(score),
    )


def refusal(problem: dict[str, Any]) -> Refusal:
    """Read a problem document (RFC 9457) of either interface. A refusal that is none of these keeps its raw text."""
    named = _NAME.search(str(problem.get("type", "")))
    kind = (named[0] if named else "") or "unexplained"
    errors = tuple(
        FieldError(str(each.get("field", "")), str(each.get("message", "")), each.get("line"))
        for each in problem.get("errors") or ()
    )
    candidates = tuple(candidate(each) for each in problem.get("candidates") or ())
    return Refusal(kind, str(problem.get("detail", "")), errors, candidates)

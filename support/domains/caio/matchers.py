"""Matchers for answers of CAIO; a mismatch tells what came instead and where the whole of it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.base.entries import DeclaredRefusal
from support.checks.matchers import EVIDENCE, Described, shortened
from support.domains.caio.answer import Answer
from support.domains.caio.reasons import explains


class AnswerMatcher(Described[Answer]):
    """An answer that a predicate holds for. ``seen`` says in a few words what came instead."""

    def __init__(self, what: str, holds: Callable[[Answer], bool], seen: Callable[[Answer], str] = str) -> None:
        super().__init__(what, holds, lambda answer: f"it was {shortened(seen(answer))}; {EVIDENCE}")


def accepted() -> AnswerMatcher:
    """Any result, rather than a refusal."""
    return AnswerMatcher("an accepted request", lambda answer: answer.accepted)


def routed_to(service_id: str) -> AnswerMatcher:
    """A decision for this service."""
    return AnswerMatcher(
        f"a decision for {service_id!r}",
        lambda answer: answer.accepted and answer.read(str, "service_id") == service_id,
        lambda answer: f"a decision for {answer.read(str, 'service_id')!r}" if answer.accepted else str(answer.refusal),
    )


def refused_as(kind: str, declared: DeclaredRefusal) -> AnswerMatcher:
    """A refusal of this kind, over HTTP with the status that the definition declares, and with its words if any are.

    Where the definition declares no words, kind and status suffice: how a product puts it is its own affair.
    """
    text = f"a text that contains {declared.says!r}" if declared.says else "any text"
    return AnswerMatcher(
        f"a refusal of the kind {kind!r} with the status {declared.status} and {text}",
        lambda answer: (
            answer.refusal is not None
            and answer.refusal.kind == kind
            and answer.status in (None, declared.status)
            and declared.says.lower() in str(answer.refusal).lower()
        ),
        _as_refusal,
    )


def naming(field: str) -> AnswerMatcher:
    """A refusal one of whose errors is about this field."""
    return AnswerMatcher(
        f"a refusal that names the field {field!r}",
        lambda answer: any(_is_about(error.field, field) for error in _refusal_errors(answer)),
    )


def pointing_at(line: int) -> AnswerMatcher:
    """A refusal one of whose errors points at this line of the document."""
    return AnswerMatcher(
        f"a refusal that points at line {line}",
        lambda answer: any(error.line == line for error in _refusal_errors(answer)),
    )


def refusing(service_id: str, reason: str, pattern: str) -> AnswerMatcher:
    """An answer by which this service was refused for this reason, in words that match what the definition declares."""
    return AnswerMatcher(
        f"{service_id!r} refused because {reason}, in words that match {pattern!r}",
        lambda answer: any(
            each.service_id == service_id and each.outcome == "refused" and explains(each, pattern)
            for each in answer.candidates()
        ),
        lambda answer: "; ".join(f"{c.service_id} {c.outcome}: {c.reason}" for c in answer.candidates()) or str(answer),
    )


def _as_refusal(answer: Answer) -> str:
    status = f"the status {answer.status}" if answer.status is not None else "no status (it came over the Python API)"
    if answer.refusal is None:
        return f"accepted, with {status}: {answer.body}"
    return f"a refusal of the kind {answer.refusal.kind!r} with {status} and the text {str(answer.refusal)!r}"


def _refusal_errors(answer: Answer) -> Any:
    return answer.refusal.errors if answer.refusal is not None else ()


def _is_about(path: str, field: str) -> bool:
    return path == field or path.startswith((f"{field}.", f"{field}[")) or path.endswith(f".{field}")

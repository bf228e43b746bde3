"""Matchers for answers of an orchestrator; a mismatch tells what came instead and where the whole of it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hamcrest.core.base_matcher import BaseMatcher
from hamcrest.core.description import Description

from support.interfaces import Answer
from support.interfaces.reasons import explains

EVIDENCE = "the whole exchange is attached to the step that asked"


class AnswerMatcher(BaseMatcher[Answer]):
    """An answer that a predicate holds for. ``seen`` says in a few words what came instead."""

    def __init__(self, what: str, holds: Callable[[Answer], bool], seen: Callable[[Answer], str] = str) -> None:
        self._what, self._holds, self._seen = what, holds, seen

    def _matches(self, item: Answer) -> bool:
        return self._holds(item)

    def describe_to(self, description: Description) -> None:
        description.append_text(self._what)

    def describe_mismatch(self, item: Answer, mismatch_description: Description) -> None:
        mismatch_description.append_text(f"it was {_short(self._seen(item))}; {EVIDENCE}")


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


def refused_as(kind: str, status: int | None = None) -> AnswerMatcher:
    """A refusal of this kind and, where it came over HTTP, with this status."""
    shown = f" (status {status})" if status is not None else ""
    return AnswerMatcher(
        f"a refusal as {kind!r}{shown}",
        lambda answer: answer.refusal is not None and answer.refusal.kind == kind and _has_status(answer, status),
        lambda answer: f"{answer} (status {answer.status})",
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


def refusing(service_id: str, reason: str) -> AnswerMatcher:
    """An answer by which this service was refused for this reason."""
    return AnswerMatcher(
        f"{service_id!r} refused because {reason}",
        lambda answer: any(
            each.service_id == service_id and each.outcome == "refused" and explains(each, reason)
            for each in answer.candidates()
        ),
        lambda answer: "; ".join(f"{c.service_id} {c.outcome}: {c.reason}" for c in answer.candidates()) or str(answer),
    )


def _has_status(answer: Answer, status: int | None) -> bool:
    return status is None or answer.status is None or answer.status == status


def _refusal_errors(answer: Answer) -> Any:
    return answer.refusal.errors if answer.refusal is not None else ()


def _is_about(path: str, field: str) -> bool:
    return path == field or path.startswith((f"{field}.", f"{field}[")) or path.endswith(f".{field}")


def _short(text: str, longest: int = 600) -> str:
    return text if len(text) <= longest else f"{text[:longest]} …"

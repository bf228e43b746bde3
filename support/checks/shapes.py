"""Reads the parts of answers: the one place that says that an answer does not have the shape that was expected.

An answer is the product's, also one to a call by which the suite sets up or tidies: a wrong shape is *not met*.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, TypeAdapter, ValidationError

from support.base.outcomes import NotMet

T = TypeVar("T")

SHOWN = 300
"""Characters of what came that a message shows."""

_adapters: dict[Any, TypeAdapter[Any]] = {}

WHERE = "the whole answer is attached to the step that asked"

Name = Annotated[str, StringConstraints(min_length=1)]
"""A text that is not empty."""
Object = dict[str, Any]
Some = Annotated[list[Any], Field(min_length=1)]
"""A list that is not empty."""
Objects = Annotated[list[Object], Field(min_length=1)]
"""A list of objects that is not empty."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class Named(_Part):
    """An entry of the registry, as far as everything needs it."""

    service_id: Name


class Page(_Part):
    """A page of a list, as far as it says whether there is another."""

    next: str | None


class Stage(_Part):
    """A stage in the trace of a decision."""

    name: str
    duration_us: FiniteFloat


class Considered(_Part):
    """A service in the trace of a decision, or in a refusal; what is not said is empty."""

    service_id: str
    outcome: str = "refused"
    stage: str | None = None
    reason: str | None = None
    score: FiniteFloat | None = None


class Component(_Part):
    """A component in a health check."""

    status: str


class Problem(_Part):
    """A problem document (RFC 9457), with the mistakes and candidates that an orchestrator adds."""

    type: str = ""
    detail: str | None = None
    errors: list[Object] | None = None
    candidates: list[Considered] | None = None


def read(document: object, kind: type[T], *path: str) -> T:
    """The part of a document at a path of fields. Raises NotMet, with what was expected and what came."""
    place, part = "the answer", document
    for field in path:
        objects = _checked(part, Object, place)
        if field not in objects:
            raise NotMet(f"expected {place} to have {field!r}, but it has {_names(objects)}: {_short(part)}; {WHERE}")
        place = field if place == "the answer" else f"{place}.{field}"
        part = objects[field]
    return _checked(part, kind, place)


def named(document: object, *path: str) -> list[Object]:
    """The entries of the registry at a path, each with all its fields, and with the name of a service at least."""
    read(document, list[Named], *path)
    return read(document, list[Object], *path)


def wrong_in(document: object, kind: type[Any]) -> str:
    """What is wrong with the shape of a document, in words; empty if nothing is."""
    try:
        _adapter(kind).validate_python(document, strict=True)
    except ValidationError as error:
        return "; ".join(
            f"{'.'.join(str(part) for part in each['loc']) or 'the whole'}: {_plainly(each['msg'])}"
            for each in error.errors()[:3]
        )
    return ""


def _checked(part: object, kind: type[T], place: str) -> T:
    if wrong := wrong_in(part, kind):
        raise NotMet(f"{place} does not have the shape that was expected ({wrong}), but is {_short(part)}; {WHERE}")
    made = _adapter(kind).validate_python(part, strict=True)
    # The part itself where it is no model, not the copy that the validation makes: whoever reads it may change it.
    same: Any = part
    return same if made == part else made


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    made = _adapters.get(kind)
    if made is None:
        made = _adapters[kind] = TypeAdapter(kind)
    return made


def _plainly(said: str) -> str:
    """What pydantic says, in the words of JSON."""
    return re.sub(r"dictionary( or instance of \w+)?", "object", said)


def _names(fields: Object) -> str:
    return ", ".join(repr(name) for name in fields) or "nothing"


def _short(part: object) -> str:
    text = repr(part) if part is not None else "null"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"

"""Reads one field of a request or policy and says what was expected where it does not fit."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from caio.canonical import normal
from caio.errors import FieldError

RATIOS = frozenset({"accuracy", "availability"})
MAX_LEVEL = 5


class Fault(Exception):
    """A field that does not fit; the caller turns it into the refusal of its subject."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.error = FieldError(field, message)


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    # The plain check first: asking an abstract class costs more than all the rest of a field.
    if isinstance(value, (dict, Mapping)):
        return value
    raise Fault(field, f"expected a mapping, got {shown(value)}")


def known(value: Mapping[str, Any], field: str, allowed: Collection[str]) -> None:
    for key in value:
        if key not in allowed:
            raise Fault(f"{field}.{key}", f"is unknown; expected one of {', '.join(sorted(allowed))}")


def boolean(value: Any, field: str) -> bool:
    if isinstance(value, bool):
        return value
    raise Fault(field, f"expected true or false, got {shown(value)}")


def text(value: Any, field: str) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise Fault(field, f"expected a non-empty string, got {shown(value)}")


def texts(value: Any, field: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise Fault(field, f"expected a non-empty list of strings, got {shown(value)}")
    return tuple(text(item, f"{field}[{position}]") for position, item in enumerate(value))


def number(value: Any, field: str, *, most: float = math.inf) -> float:
    """A finite number from 0 to `most`, an integer if it is whole; integers beyond a double are refused too."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Fault(field, f"expected a number, got {shown(value)}")
    if not 0 <= value <= most or not value < 1e300:
        upper = "" if most == math.inf else f" and at most {most:g}"
        raise Fault(field, f"expected a number of at least 0{upper}, got {shown(value)}")
    whole: float = normal(value)
    return whole


def level(value: Any, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_LEVEL:
        raise Fault(field, f"expected a whole number from 0 to {MAX_LEVEL}, got {shown(value)}")
    return value


def count(value: Any, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**53:
        raise Fault(field, f"expected a whole number of at least 0, got {shown(value)}")
    return value


def guarantee_bound(name: str, value: Any, field: str) -> float:
    return number(value, field, most=1.0 if name in RATIOS else math.inf)

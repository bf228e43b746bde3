"""Finds personal data in text and replaces it: e-mail and IP addresses, phone and card numbers, national ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sidecar.pii import addresses, numbers
from sidecar.pii.found import Found

FINDERS: tuple[Callable[[str], Iterable[Found]], ...] = (
    addresses.emails,
    numbers.cards,
    numbers.national_ids,
    addresses.ips,
    numbers.phones,
)
"""In the order of precedence where two find the same characters."""


def find(text: str) -> list[Found]:
    """All personal data of a text, in its order and without overlaps."""
    kept: list[Found] = []
    taken = bytearray(len(text))
    for finder in FINDERS:
        for each in finder(text):
            if not any(taken[each.start : each.end]):
                taken[each.start : each.end] = b"\1" * (each.end - each.start)
                kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def scrub(text: str) -> str:
    """The text with each finding replaced by its kind, such as ``[email]``."""
    parts: list[str] = []
    at = 0
    for each in find(text):
        parts += [text[at : each.start], f"[{each.kind}]"]
        at = each.end
    return "".join([*parts, text[at:]]) if parts else text

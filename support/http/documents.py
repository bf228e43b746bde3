"""Reads JSON that somebody else has written: strictly (RFC 8259), and no deeper than anybody can work with."""

from __future__ import annotations

import json
from typing import Any, NoReturn

DEEPEST = 100
"""Levels of lists and objects within one another: copying and comparing a document takes a few calls for each."""


def parse(content: bytes | str) -> Any:
    """The document. Raises ValueError that says why if it is none, or too deep."""
    try:
        read = json.loads(content, parse_constant=_no_number)
    except RecursionError:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep") from None
    if _is_deeper(read, DEEPEST):
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    return read


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _is_deeper(document: Any, levels: int) -> bool:
    """Whether there are lists or objects below so many levels; looked for level by level, without recursion."""
    level = [document]
    for _ in range(levels + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True

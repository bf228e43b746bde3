"""Documents as Gherkin changes them: fields set, taken away and read by path, and the cells of tables as values."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

import yaml

from support.base.outcomes import NothingToJudge

MISSING = "missing"
"""The word with which Gherkin takes a field away."""

Document = dict[str, Any]
"""A JSON-like object, as it is sent to a system or read from it."""


def words(cell: str) -> list[str]:
    """The words of a cell such as ``chat, summarise``. Raises NothingToJudge if there are none."""
    found = [word.strip() for word in cell.split(",") if word.strip()]
    if not found:
        raise NothingToJudge(f"{cell!r} names nothing, so there is nothing to judge")
    return found


def changed(document: Document, path: str, value: str) -> Document:
    """A copy of the document with one field changed to a value written as YAML, or taken away if it is "missing"."""
    copied = copy.deepcopy(document)
    if value == MISSING:
        take(copied, path)
    else:
        put(copied, path, yaml.safe_load(value))
    return copied


def put(document: Document, path: str, value: Any) -> None:
    """Set the field at a path such as ``capabilities[0].accuracy.min``, making what is missing on the way."""
    *way, last = _keys(path)
    node: Any = document
    for key in way:
        node = node[key] if isinstance(key, int) else node.setdefault(key, {})
    node[last] = value


def take(document: Document, path: str) -> None:
    """Remove the field at a path."""
    *way, last = _keys(path)
    node: Any = document
    for key in way:
        node = node[key]
    del node[last]


def read(document: Any, path: str) -> Any:
    """The field at a path; None where there is none."""
    for key in _keys(path):
        known = (
            isinstance(document, list) and key < len(document) if isinstance(key, int) else isinstance(document, dict)
        )
        if not known:
            return None
        document = document[key] if isinstance(key, int) else document.get(key)
    return document


def scalar(cell: str) -> Any:
    """A cell as a value: yes and no, numbers, "200 ms" as a number of milliseconds; anything else is text."""
    if cell in ("yes", "no"):
        return cell == "yes"
    return yaml.safe_load(cell.removesuffix(" ms"))


def rows(table: Iterable[Any] | None) -> list[dict[str, str]]:
    """The rows of a Gherkin table as dictionaries, without empty cells. Raises NothingToJudge if there are none."""
    found = [{heading: cell for heading, cell in row.items() if cell} for row in table or ()]
    if not found:
        raise NothingToJudge("the step needs a table with at least one row below its headings, and has none")
    return found


def _keys(path: str) -> list[str | int]:
    return [int(index) if index else name for name, index in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", path)]

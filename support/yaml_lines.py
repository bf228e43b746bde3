"""Reads a YAML file together with the line of every field, so that an error can name file, line and field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from support.outcomes import UsageError

FieldPath = tuple[str | int, ...]
"""Where a value stands: ``("profiles", "default", "environment")``."""


@dataclass(frozen=True, slots=True)
class LinedDocument:
    """What a file holds, and the line (from 1) on which each field stands."""

    path: Path
    content: Any
    lines: dict[FieldPath, int]

    def line(self, field: FieldPath) -> int:
        """The line of a field, or of its nearest parent where the field itself is missing."""
        while field and field not in self.lines:
            field = field[:-1]
        return self.lines.get(field, 1)

    def complaint(self, field: FieldPath, what: str) -> str:
        """What is wrong with a field, after the file, line and name where it stands."""
        return f"{self.path}:{self.line(field)}: {field_name(field)}: {what}"


def read(path: Path) -> LinedDocument:
    """Read one YAML document. Raises UsageError for a file that cannot be read, bad YAML, or a field given twice."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{path}:{line}: not valid YAML: {getattr(error, 'problem', None) or error}") from error
    lines: dict[FieldPath, int] = {(): 1}
    if node is None:
        return LinedDocument(path, None, lines)
    for field, line in _fields(path, node, ()):
        lines[field] = line
    loader = yaml.SafeLoader("")
    try:
        return LinedDocument(path, loader.construct_document(node), lines)
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: not valid YAML: {error}") from error


def complaints(document: LinedDocument, error: ValidationError) -> Iterator[str]:
    """Each thing that a pydantic model found wrong with the document, after the file, line and field."""
    for problem in error.errors():
        at = tuple(part for part in problem["loc"] if part != "[key]")
        match problem["type"]:
            case "extra_forbidden":
                what = "unknown field"
            case "missing":
                what = "required field is missing"
            case _:
                what = f"{problem['msg']}, not {problem['input']!r}"
        yield document.complaint(at, what)


def field_name(field: FieldPath) -> str:
    """A field as people write it: ``("command", 0)`` is ``command[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in field)
    return text.removeprefix(".") or "the document"


def _fields(path: Path, node: yaml.Node, at: FieldPath) -> Iterator[tuple[FieldPath, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*at, str(key.value))
            line = key.start_mark.line + 1
            if key.value in seen:
                raise UsageError(f"{path}:{line}: {field_name(here)}: given twice")
            seen.add(key.value)
            yield here, line
            yield from _fields(path, value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, index), value.start_mark.line + 1
            yield from _fields(path, value, (*at, index))

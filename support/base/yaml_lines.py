"""Reads a YAML file together with the line of every field, so that an error can name file, line and field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from support.base.outcomes import UsageError

LARGEST = 250_000
"""Bytes of the largest file that is read; it takes a few seconds."""
DEEPEST = 40
"""Levels of nesting; a definition has six or so."""
MOST = 50_000
"""Values of a document, each counted as often as aliases repeat it."""
SHOWN = 100
"""Characters of a value that a message quotes."""
TOLD = 20
"""Mistakes of one file that are told at once."""
MERGE = "tag:yaml.org,2002:merge"

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
    """Read one YAML document of plain values, in UTF-8. Raises UsageError for anything else, with file and line.

    Aliases and merge keys are for what stands in a file more than once; a value that holds itself, or aliases by which
    a small file stands for a huge document, are refused, and so are tags.
    """
    text = _text(path)
    try:
        _check_form(path, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UsageError(f"{path}:{line}: not valid YAML: it has the character {error.character:#x}") from error
    except yaml.YAMLError as error:
        raise _invalid(path, error) from error
    if node is None:
        return LinedDocument(path, None, {(): 1})
    fields = _Fields(path)
    fields.walk(node, (), ())
    try:
        return LinedDocument(path, fields.loader.construct_document(node), fields.lines)
    except yaml.YAMLError as error:
        raise _invalid(path, error) from error


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: cannot be read: it is no file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > LARGEST:
        raise UsageError(f"{path}: cannot be read: it has more than {LARGEST:,} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}:{line}: cannot be read: it is not in UTF-8 (byte {content[error.start]:#04x}); save it as UTF-8"
        ) from error


def _check_form(path: Path, text: str) -> None:
    """Refuse deep nesting and tags while the file is parsed step by step, before anything follows it by recursion."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise UsageError(f"{path}:{line}: nested more than {DEEPEST} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if tag := getattr(event, "tag", None):
            raise UsageError(f"{path}:{line}: the tag {tag!r} cannot stand here; give a plain value")


def _invalid(path: Path, error: yaml.YAMLError) -> UsageError:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = str(getattr(error, "problem", None) or error)
    return UsageError(f"{path}:{line}: not valid YAML: {' '.join(problem.split())}")


def complaints(document: LinedDocument, error: ValidationError) -> Iterator[str]:
    """Each thing that a pydantic model found wrong with the document, after the file, line and field."""
    problems = error.errors()
    for problem in problems[:TOLD]:
        at = tuple(part for part in problem["loc"] if part != "[key]")
        match problem["type"]:
            case "extra_forbidden":
                what = "unknown field"
            case "missing":
                what = "required field is missing"
            case _:
                what = f"{problem['msg']}, not {_shown(problem['input'])}"
        yield document.complaint(at, what)
    if len(problems) > TOLD:
        yield f"{document.path}: and {len(problems) - TOLD:,} more"


def field_name(field: FieldPath) -> str:
    """A field as people write it: ``("command", 0)`` is ``command[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in field)
    return text.removeprefix(".") or "the document"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@dataclass(slots=True)
class _Fields:
    """Walks a composed document: notes the line of each field, and refuses what no plain document has."""

    path: Path
    lines: dict[FieldPath, int] = field(default_factory=lambda: {(): 1})
    loader: yaml.SafeLoader = field(default_factory=lambda: yaml.SafeLoader(""))
    _met: int = 0

    def walk(self, node: yaml.Node, at: FieldPath, around: tuple[yaml.Node, ...]) -> None:
        """Walk a node that stands at a field; ``around`` are the nodes that it stands in."""
        self._met += 1
        if any(node is outer for outer in around):
            raise self._refused(node, at, "holds itself, by an alias")
        if len(around) >= DEEPEST:
            raise self._refused(node, at, f"nested more than {DEEPEST} levels deep, by aliases")
        if self._met > MOST:
            raise self._refused(node, at, f"aliases make more than {MOST:,} values of this file")
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, at, (*around, node))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self.lines[(*at, index)] = value.start_mark.line + 1
                self.walk(value, (*at, index), (*around, node))
        else:
            self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: FieldPath, around: tuple[yaml.Node, ...]) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._refused(key, at, "the name of a field must be a word, not a list or a mapping")
            here = (*at, str(key.value))
            if key.value in seen:
                raise self._refused(key, here, "given twice")
            seen.add(key.value)
            self.lines[here] = key.start_mark.line + 1
            self._scalar(key, here)
            self.walk(value, here, around)

    def _scalar(self, node: yaml.Node, at: FieldPath) -> None:
        """See that it can be read as what it looks like, such as a date or a number."""
        if node.tag == MERGE:
            return
        try:
            self.loader.construct_object(node)
        except yaml.YAMLError as error:
            raise _invalid(self.path, error) from error
        except ValueError as error:
            raise self._refused(node, at, f"{_shown(node.value)} cannot be read ({error}); put it in quotes") from error

    def _refused(self, node: yaml.Node, at: FieldPath, why: str) -> UsageError:
        return UsageError(f"{self.path}:{node.start_mark.line + 1}: {field_name(at)}: {why}")

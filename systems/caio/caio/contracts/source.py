"""Reads YAML or JSON into plain data and remembers on which line every field stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import yaml

from caio.errors import FieldError, InvalidContract

Path = tuple[str | int, ...]

MAX_CHARACTERS = 262_144
MAX_DEPTH = 16
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Source:
    """Plain data and the line (from 1) of every path in it."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """Of the path, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def spell(path: Path) -> str:
    """`("capabilities", 0, "type")` as `capabilities[0].type`; the whole document is `contract`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "contract"


def refuse(path: Path, message: str, line: int | None) -> InvalidContract:
    return InvalidContract.at(FieldError(spell(path), message, line))


def read_json(text: str) -> Source:
    """JSON, with repeated keys refused; it has no lines worth naming, as bodies are often a single one."""
    _check_size(text)
    try:
        return Source(json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        raise refuse((), f"is not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise refuse((), f"is nested deeper than {MAX_DEPTH} levels", None) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise refuse((key,), "is given twice", None)
        data[key] = value
    return data


def _no_constant(name: str) -> Any:
    raise refuse((), f"holds {name}, which is no JSON number", None)


def read_yaml(text: str) -> Source:
    """One YAML document without anchors, aliases, repeated keys or tags of its own."""
    _check_size(text)
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        message = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise refuse((), f"is not YAML: {message}", mark.line + 1 if mark else None) from error
    source = Source(None)
    if node is not None:
        source.lines[()] = node.start_mark.line + 1
        source.data = _value(node, (), source.lines, yaml.constructor.SafeConstructor())
    return source


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise refuse((), f"has {len(text)} characters, at most {MAX_CHARACTERS} are read", None)


def _check_events(text: str) -> None:
    """Before anything is built: nesting and aliases, by which a small text becomes a huge document."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise refuse((), "holds an anchor or alias, which contracts may not", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise refuse((), f"is nested deeper than {MAX_DEPTH} levels", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], scalars: yaml.constructor.SafeConstructor) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, scalars)
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            lines[(*path, position)] = item.start_mark.line + 1
        return [_value(item, (*path, position), lines, scalars) for position, item in enumerate(node.value)]
    try:
        return scalars.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        message = getattr(error, "problem", None) or str(error)
        raise refuse(path, f"cannot be read: {message}", line) from error


def _mapping(
    node: yaml.MappingNode, path: Path, lines: dict[Path, int], scalars: yaml.constructor.SafeConstructor
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise refuse(path, "has a key that is not a plain word", line)
        key = str(key_node.value)
        if key in data:
            raise refuse((*path, key), "is given twice", line)
        lines[(*path, key)] = line
        data[key] = _value(value_node, (*path, key), lines, scalars)
    return data

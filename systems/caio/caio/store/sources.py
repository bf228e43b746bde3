"""What operators keep in files: a folder of contracts and a list of policies, read again once they have aged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from caio import contracts, policies
from caio.contracts import ServiceContract
from caio.errors import CaioError, FieldError, InvalidPolicy

SUFFIXES = (".yaml", ".yml", ".json")

LARGEST_POLICIES = 262_144
"""Characters of the policies file."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class FolderReading:
    """What a look into the folder found: contracts by file, and what is wrong with the files that hold none."""

    contracts: dict[Path, ServiceContract] = field(default_factory=dict)
    problems: dict[Path, str] = field(default_factory=dict)


def read_folder(folder: Path) -> FolderReading:
    """Read every contract file, in the order of their names. Raises OSError when the folder cannot be listed."""
    reading = FolderReading()
    for path in sorted(folder.iterdir()):
        if path.suffix not in SUFFIXES or path.name.startswith("."):
            continue
        try:
            reading.contracts[path] = contracts.parse_contract(path, "json" if path.suffix == ".json" else "yaml")
        except CaioError as error:
            reading.problems[path] = str(error)
    return reading


def read_policies(path: Path) -> list[dict[str, Any]]:
    """The policies in a file. Raises InvalidPolicy for what is no list of policies, OSError for what is no file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if len(text) > LARGEST_POLICIES:
        raise InvalidPolicy.at(FieldError("policies", f"expected at most {LARGEST_POLICIES} characters"))
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise InvalidPolicy.at(FieldError("policies", "aliases are not allowed", line_of(event.start_mark)))
        found = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        message = str(getattr(error, "problem", None) or "is not YAML")
        raise InvalidPolicy.at(FieldError("policies", message, line_of(getattr(error, "problem_mark", None)))) from None
    policies.compile_policies(found if found is not None else [])
    return list(found or [])


def line_of(mark: Any) -> int | None:
    """The line, from 1, that YAML marks."""
    return mark.line + 1 if mark is not None else None


class Aging:
    """Says when something read must be read again: after ``ttl`` seconds, and never twice at the same time."""

    def __init__(self, ttl: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.ttl = ttl
        self._clock = clock
        self._read_at = clock()

    def due(self) -> bool:
        """Whether the last reading is older than the TTL."""
        return self._clock() - self._read_at >= self.ttl

    def touch(self) -> None:
        """Note that it was read just now."""
        self._read_at = self._clock()

"""Digests of what a run asked and of what it asked about: the same digest means that nothing in there changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from support.settings import ROOT

LEFT_OUT = ("__pycache__", ".egg-info", ".mypy_cache", ".ruff_cache", ".pytest_cache")
"""What tools leave in a folder, by the end of a folder's name."""


def features(system: str, root: Path = ROOT) -> str | None:
    """Digest of a system's feature files and criteria; None when there are none."""
    return _of([root / "features" / system], root)


def source(definition: Path | None = None, root: Path = ROOT) -> str | None:
    """Digest of the systems' own code and definitions, and of another definition given in their place.

    All of ``systems/`` counts: what a system is started from may share code with its neighbours, and a digest that
    changes too often claims less than one that misses a change.
    """
    return _of([root / "systems", *([definition] if definition else [])], root)


def _of(places: Iterable[Path], root: Path) -> str | None:
    files = sorted({file for place in places for file in _files(place)})
    if not files:
        return None
    total = hashlib.sha256()
    for file in files:
        name = file.relative_to(root) if file.is_relative_to(root) else Path(file.name)
        with file.open("rb") as content:
            total.update(f"{hashlib.file_digest(content, 'sha256').hexdigest()}  {name.as_posix()}\n".encode())
    return total.hexdigest()


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [file for file in place.rglob("*") if file.is_file() and not _is_left_over(file.relative_to(place))]


def _is_left_over(inside: Path) -> bool:
    return any(part.endswith(LEFT_OUT) for part in inside.parts[:-1])

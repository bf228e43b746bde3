"""Writes a definition of CAIO whose programs are all started through the launcher, with one defect in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from support.systems import SYSTEMS

LAUNCHER = Path(__file__).resolve().parent / "launch.py"
SYSTEM = "caio"


def write(folder: Path, defect: str) -> Path:
    """Write ``<folder>/caio/system.yaml``; what the original says relative to itself is written out in full."""
    original = SYSTEMS / SYSTEM
    definition = yaml.safe_load((original / "system.yaml").read_text(encoding="utf-8"))
    for deployment in ("process", "python"):
        entry = definition["deployments"][deployment]
        entry["command"] = _launched(entry["command"], original, defect)
    for name, command in definition["commands"].items():
        definition["commands"][name] = _launched(command, original, defect)
    definition["sources"] = [str((original / source).resolve()) for source in definition.get("sources", [])]
    path = folder / SYSTEM / "system.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(definition, sort_keys=False), encoding="utf-8")
    return path


def _launched(command: list[Any], original: Path, defect: str) -> list[str]:
    interpreter, *rest = [str(part).replace("{here}", str(original)) for part in command]
    if interpreter != "{python}":
        raise ValueError(f"expected a command that starts with {{python}}, got {command}")
    return [interpreter, str(LAUNCHER), defect, *rest]

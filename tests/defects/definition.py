"""Writes a definition of CAIO with one defect: in its programs, all started by the launcher, or in its documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from support.base.systems import SYSTEMS
from tests.defects import documents
from tests.defects.launch import NONE

LAUNCHER = Path(__file__).resolve().parent / "launch.py"
SYSTEM = "caio"
COMPOSE = "compose*.yaml"
"""The compose files beside a definition."""
INSIDE = "/signoff"
"""Where a container sees the launcher and the catalogue."""


def write(folder: Path, defect: str) -> Path:
    """Write ``<folder>/caio/system.yaml`` with all documents that stand beside the original, one of them edited if so.

    What is named relative to the definition is found beside the copy; programs and sources, which stay where they
    are, are written out in full. Raises DoesNotApply if the defect is an edit that changes nothing.
    """
    from tests.defects.caio import DEFECTS  # which is large, and not needed by the launcher

    original, copied = SYSTEMS / SYSTEM, folder / SYSTEM
    documents.copy(original, copied)
    found = DEFECTS.get(defect)
    edits = found is not None and found.edit is not None
    if found is not None and found.edit is not None:
        documents.change(copied, found.document, found.edit)
    path = copied / "system.yaml"
    definition = yaml.safe_load(path.read_text(encoding="utf-8"))
    _lead_through_launcher(definition, original, NONE if edits else defect)
    path.write_text(yaml.safe_dump(definition, sort_keys=False), encoding="utf-8")
    _lead_containers_through_launcher(copied, original, NONE if edits else defect)
    return path


def _lead_containers_through_launcher(copied: Path, original: Path, defect: str) -> None:
    """Have images built from the original sources, by the copied Dockerfile; and CAIO in them started by the launcher.

    A container without a defect, or with one in a document, is started as it is: so the shipped command is tried too.
    """
    for path in sorted(copied.glob(COMPOSE)):
        compose = yaml.safe_load(path.read_text(encoding="utf-8"))
        for service in (each for each in compose["services"].values() if "build" in each):
            context = (original / service["build"]["context"]).resolve()
            dockerfile = context / service["build"]["dockerfile"]
            ours = dockerfile.parent == original
            built_by = copied / dockerfile.name if ours else dockerfile
            service["build"] = {**service["build"], "context": str(context), "dockerfile": str(built_by)}
            if ours and defect != NONE:
                service["entrypoint"] = ["python3", f"{INSIDE}/tests/defects/launch.py", defect, "-m", SYSTEM]
                service["command"] = ["serve"]
                service["volumes"] = [*service.get("volumes", []), f"{LAUNCHER.parent}:{INSIDE}/tests/defects:ro"]
        path.write_text(yaml.safe_dump(compose, sort_keys=False), encoding="utf-8")


def _lead_through_launcher(definition: dict[str, Any], original: Path, defect: str) -> None:
    for deployment in ("process", "python"):
        entry = definition["deployments"][deployment]
        entry["command"] = _launched(entry["command"], original, defect)
    for name, command in definition["commands"].items():
        definition["commands"][name] = _launched(command, original, defect)
    definition["sources"] = [str((original / source).resolve()) for source in definition.get("sources", [])]


def _launched(command: list[Any], original: Path, defect: str) -> list[str]:
    interpreter, *rest = [str(part).replace("{here}", str(original)) for part in command]
    if interpreter != "{python}":
        raise ValueError(f"expected a command that starts with {{python}}, got {command}")
    return [interpreter, str(LAUNCHER), defect, *rest]

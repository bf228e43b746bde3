"""Writes a definition of a system with one defect: in its programs, which the launcher starts, or in its documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from support.base.systems import SYSTEMS
from tests.defects import catalogue, documents
from tests.defects.launch import NONE

LAUNCHER = Path(__file__).resolve().parent / "launch.py"
COMPOSE = "compose*.yaml"
"""The compose files beside a definition."""
INSIDE = "/signoff"
"""Where a container sees the launcher and the catalogue."""


def write(folder: Path, system: str, defect: str) -> Path:
    """Write ``<folder>/<system>/system.yaml`` with all documents beside the original, one of them edited if so.

    What is named relative to the definition is found beside the copy; programs and sources, which stay where they
    are, are written out in full. Raises DoesNotApply if the defect is an edit that changes nothing.
    """
    original, copied = SYSTEMS / system, folder / system
    documents.copy(original, copied)
    found = catalogue.of(system).get(defect)
    edits = found is not None and found.edit is not None
    if found is not None and found.edit is not None:
        documents.change(copied, found.document, found.edit)
    path = copied / "system.yaml"
    definition = yaml.safe_load(path.read_text(encoding="utf-8"))
    through = _Launcher(original, NONE if edits else defect)
    through.lead_processes(definition)
    path.write_text(yaml.safe_dump(definition, sort_keys=False), encoding="utf-8")
    through.lead_containers(copied)
    return path


@dataclass(frozen=True, slots=True)
class _Launcher:
    """Has the programs of a system started by the launcher, with a defect."""

    original: Path
    defect: str

    @property
    def system(self) -> str:
        return self.original.name

    def lead_processes(self, definition: dict[str, Any]) -> None:
        """Every command of a definition that runs Python: of deployments, of named processes, and of its own."""
        deployments = definition.get("deployments", {})
        singles = [deployments[name] for name in ("process", "python") if name in deployments]
        for each in [*singles, *definition.get("processes", {}).values()]:
            each["command"] = self._launched(each["command"])
        commands = definition.get("commands", {})
        commands.update({name: self._launched(command) for name, command in commands.items()})
        definition["sources"] = [str((self.original / source).resolve()) for source in definition.get("sources", [])]

    def lead_containers(self, copied: Path) -> None:
        """Have images built from the original sources, by the copied Dockerfile; what they run started by the launcher.

        A container without a defect, or with one in a document, is started as it is: so the shipped command is tried.
        """
        for path in sorted(copied.glob(COMPOSE)):
            compose = yaml.safe_load(path.read_text(encoding="utf-8"))
            for service in (each for each in compose["services"].values() if "build" in each):
                context = (self.original / service["build"]["context"]).resolve()
                dockerfile = context / service["build"]["dockerfile"]
                ours = dockerfile.parent == self.original
                built_by = copied / dockerfile.name if ours else dockerfile
                service["build"] = {**service["build"], "context": str(context), "dockerfile": str(built_by)}
                if ours and self.defect != NONE:
                    launcher = ["python3", f"{INSIDE}/tests/defects/launch.py", self.system, self.defect]
                    service["entrypoint"] = [*launcher, "-m", self.system]
                    service["command"] = ["serve"]
                    service["volumes"] = [*service.get("volumes", []), f"{LAUNCHER.parent}:{INSIDE}/tests/defects:ro"]
            path.write_text(yaml.safe_dump(compose, sort_keys=False), encoding="utf-8")

    def _launched(self, command: list[Any]) -> list[str]:
        interpreter, *rest = [str(part).replace("{here}", str(self.original)) for part in command]
        if interpreter != "{python}":
            raise ValueError(f"expected a command that starts with {{python}}, got {command}")
        return [interpreter, str(LAUNCHER), self.system, self.defect, *rest]

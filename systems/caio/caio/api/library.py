"""The registry's and the rule engine's files: applied at start, and again by the first request after they aged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio.to_thread
from chassis import logs
from chassis.health import ComponentFailed

from caio.errors import CaioError
from caio.orchestrator import Orchestrator
from caio.store import sources
from caio.store.sources import Aging, FolderReading

FROM_FILE = "file"
"""Tag of services that come from the contracts folder."""


class Library:
    """Keeps orchestrator and files in step. What cannot be read leaves in force what was read before."""

    def __init__(self, orchestrator: Orchestrator, folder: Path | None, policies: Path | None, aging: Aging) -> None:
        self.orchestrator = orchestrator
        self.folder = folder
        self.policies = policies
        self.aging = aging
        self.problems: dict[str, str] = {}
        self.log = logs.get("library")
        self._had_policies = policies is not None and policies.exists()

    @property
    def due(self) -> bool:
        """Whether there are files, and they have aged."""
        return (self.folder is not None or self.policies is not None) and self.aging.due()

    async def refresh(self) -> None:
        """Read the files again if they have aged; requests that come meanwhile go by what is in force."""
        if not self.due:
            return
        self.aging.touch()
        await anyio.to_thread.run_sync(self.read_all)

    def read_all(self) -> None:
        """Apply what the files say now. Trouble goes to the log and to health; see ``problems``."""
        found: dict[str, str] = {}
        try:
            found.update(self.read_contracts())
        except OSError as error:
            found["contracts"] = f"the contracts folder cannot be read: {error.strerror}"
        try:
            self.read_policies()
        except ComponentFailed as failure:
            found["policies"] = str(failure)
        for where, problem in found.items():
            if self.problems.get(where) != problem:
                self.log.error("a file cannot be applied", file=where, reason=problem)
        self.problems = found

    def read_contracts(self) -> dict[str, str]:
        """Apply the contracts folder; gives the trouble with each file. Raises OSError without a folder."""
        if self.folder is None:
            return {}
        reading = sources.read_folder(self.folder)
        found = {path.name: problem for path, problem in reading.problems.items()}
        found.update(self.apply(reading))
        return found

    def apply(self, reading: FolderReading) -> dict[str, str]:
        """Register what is new or changed and remove what has gone. A file that is broken now keeps its service."""
        trouble: dict[str, str] = {}
        named: set[str] = set()
        for path, contract in reading.contracts.items():
            named.add(contract.service_id)
            known = contract.service_id in self.orchestrator.registry
            if known and self.orchestrator.service(contract.service_id).contract.digest == contract.digest:
                continue
            try:
                self.orchestrator.register_service(contract, reload=True, tags=(FROM_FILE,))
                self.log.info("contract applied", file=path.name, service_id=contract.service_id)
            except CaioError as error:
                trouble[path.name] = str(error)
        if not reading.problems:
            self.remove_all_but(named)
        return trouble

    def remove_all_but(self, named: set[str]) -> None:
        """Remove services whose file has gone."""
        for entry in self.orchestrator.services():
            if FROM_FILE in entry.tags and entry.service_id not in named:
                self.orchestrator.remove_service(entry.service_id)
                self.log.info("contract withdrawn", service_id=entry.service_id)

    def read_policies(self) -> None:
        """Apply the policies file. Raises ComponentFailed; the policies read before stay in force then."""
        found = self.policies_now()
        if found is not None:
            self.orchestrator.set_policies(found)

    def policies_now(self) -> list[dict[str, Any]] | None:
        """What the policies file says now; None if there never was one. Raises ComponentFailed."""
        if self.policies is None or not (self._had_policies or self.policies.exists()):
            return None
        self._had_policies = True
        try:
            return sources.read_policies(self.policies)
        except CaioError as error:
            raise ComponentFailed(f"the policies file cannot be applied: {error}") from None
        except OSError as error:
            raise ComponentFailed(f"the policies file cannot be read: {error.strerror}") from None

    def check_folder(self) -> None:
        """Raises ComponentFailed when the contracts folder cannot be listed."""
        if self.folder is None:
            return
        try:
            next(self.folder.iterdir(), None)
        except OSError as error:
            raise ComponentFailed(f"the contracts folder cannot be read: {error.strerror}") from None

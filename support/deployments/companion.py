"""A service that the system under test works with, such as an AI service behind an orchestrator."""

from __future__ import annotations

from pathlib import Path

from support.base.placeholders import fill
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST
from support.deployments.process import filled
from support.deployments.server import Launch, ServerProcess


class CompanionProcess(ServerProcess):
    """One companion, as ``companions.<companion>`` of the system's definition starts it, under a name of its own."""

    def __init__(
        self,
        system: System,
        companion: str,
        name: str,
        settings: Settings,
        scratch: Path,
        journal: RunJournal | None = None,
    ) -> None:
        self.system = system
        self.name = name
        self.kind = companion
        self.data = scratch.resolve() / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self._definition = system.companion(companion)
        super().__init__(self._launch_on, settings, scratch.resolve(), journal)

    def secrets(self) -> list[str]:
        """A companion is given none."""
        return []

    def _launch_on(self, port: int) -> Launch:
        bindings = self.system.bindings(self.data, HOST, port, self.name)
        where = str(self.system.path)
        return Launch(
            title=f"the {self.kind} {self.name}",
            command=[fill(part, bindings, where) for part in self._definition.command],
            environment=filled(self._definition.environment, bindings, where),
            ready=self._definition.ready,
        )

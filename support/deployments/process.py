"""The system under test as a real local process, with a data folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.base.entries import Command
from support.base.outcomes import UsageError
from support.base.placeholders import fill
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST
from support.deployments.readiness import ready_path
from support.deployments.secrets import secrets_of
from support.deployments.server import Launch, ServerProcess
from support.deployments.templates import render


class ProcessDeployment(ServerProcess):
    """One process of a system, as ``deployments.process`` of its definition starts it.

    ``environment`` is added to the definition's own; None takes a variable out. ``scratch`` becomes the home of its
    data folder and log; the files that the definition names can be written before the start.
    """

    kind = "process"

    def __init__(
        self,
        system: System,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        journal: RunJournal | None = None,
    ) -> None:
        if system.deployments.process is None:
            raise UsageError(f"{system.path}: deployments has no process, so {system.says} cannot be started here")
        self.system = system
        self.data = scratch.resolve() / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.files = system.paths(self.data)
        self._command: Command = system.deployments.process
        self._added = dict(environment)
        make_folders(system, self.files)
        super().__init__(self._launch_on, settings, scratch.resolve(), journal)
        self._render()

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings it is given, placeholders filled in."""
        return self._launch_on(self.port).environment

    def set_environment(self, environment: Mapping[str, str | None]) -> None:
        """Add other settings; they count from the next start on."""
        self._added.update(environment)

    def secrets(self) -> list[str]:
        """Tokens, and the values of secret settings."""
        return secrets_of(self.system, self.environment)

    def launch(self) -> None:
        """Start its process and do not wait; files from templates have its port, which may have changed."""
        if self._rendered_for != self.port:
            self._render()
        super().launch()

    def _render(self) -> None:
        render(self.system, self.files, self.system.bindings(self.data, HOST, self.port))
        self._rendered_for = self.port

    def _launch_on(self, port: int) -> Launch:
        bindings = self.system.bindings(self.data, HOST, port)
        where = str(self.system.path)
        return Launch(
            title=self.system.says,
            command=[fill(part, bindings, where) for part in self._command.command],
            environment=filled({**self._command.environment, **self._added}, bindings, where),
            ready=ready_path(self.system),
        )


def filled(environment: Mapping[str, str | None], bindings: Mapping[str, str], where: str) -> dict[str, str | None]:
    """An environment with its placeholders filled in."""
    return {
        name: None if value is None else fill(value, bindings, f"{where}: {name}")
        for name, value in environment.items()
    }


def make_folders(system: System, files: Mapping[str, Path]) -> None:
    """Make the folders that the definition names, and those of the files."""
    for name, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if system.files[name].path.endswith("/"):
            path.mkdir(exist_ok=True)

"""A companion of the system, such as an AI service behind an orchestrator, as a container."""

from __future__ import annotations

from pathlib import Path

from support.base.entries import ContainerEntry
from support.base.outcomes import UsageError
from support.base.placeholders import fill
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.containers import compose
from support.deployments.containers.deployment import ANY_ADDRESS, build_of
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.server import ContainerServer, Launch


class ContainerCompanion(ContainerServer):
    """One companion as ``companions.<companion>.container`` has it run; other containers reach it by its name."""

    def __init__(
        self, system: System, companion: str, name: str, settings: Settings, scratch: Path, host: ContainerHost
    ) -> None:
        self._definition = system.companion(companion)
        if self._definition.container is None:
            raise UsageError(f"{system.path}: companions.{companion} has no container, so {name} cannot be run as one")
        self.entry: ContainerEntry = self._definition.container
        self.system, self.name, self.kind = system, name, companion
        super().__init__(host, self._launched, settings, scratch.resolve())

    @property
    def inside_url(self) -> str:
        """Where the containers on its network reach it."""
        return f"http://{self.name}:{self.entry.port}"

    def secrets(self) -> list[str]:
        """A companion is given none."""
        return []

    def _launched(self) -> Launch:
        path, where = self.system.here / self.entry.compose, str(self.system.path)
        spec = compose.specification(path, self.entry.service, {})
        bindings = self.system.bindings(Path(self.entry.data), ANY_ADDRESS, self.entry.port, self.name)
        if self.entry.command is not None:
            spec.command = [fill(part, bindings, where) for part in self.entry.command]
        spec.environment |= {name: fill(text, bindings, where) for name, text in self.entry.environment.items()}
        spec.image = self.host.image(build_of(path, self.entry.service))
        spec.network, spec.aliases = self.host.network, [self.name]
        return Launch(self.name, spec, self.entry.port, self._definition.ready)

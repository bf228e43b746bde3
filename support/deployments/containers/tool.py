"""A tool that stands beside the system, such as Prometheus: a service of its compose file, run from our own image."""

from __future__ import annotations

from pathlib import Path

from support.base.outcomes import Broken, UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.base.text import decoded
from support.deployments.containers import compose
from support.deployments.containers.container import Ran
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.server import ContainerServer, Launch
from support.deployments.containers.spec import ContainerSpec, Mount

_PATIENCE = 60.0
"""Seconds that a program which is run once may take."""


class ContainerTool(ContainerServer):
    """One service of the compose file, with all its rights and limits, but from the suite's image of tools.

    The compose file leaves the image to a variable such as ``PROMETHEUS_IMAGE``. Other containers reach the tool by
    the name of its service. ``mounts`` are more files that it sees, over those of the compose file.
    """

    def __init__(
        self,
        system: System,
        service: str,
        port: int,
        ready: str | None,
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
    ) -> None:
        if system.deployments.container is None:
            raise UsageError(f"{system.path}: deployments has no container, so there is nothing for {service} to watch")
        self.path = system.here / system.deployments.container.compose
        self.service = service
        self.mounts: list[Mount] = []
        self._inside_port, self._ready = port, ready
        super().__init__(host, self._launched, settings, scratch.resolve())

    def run_once(self, command: list[str]) -> Ran:
        """Run another program of its image to its end, in a container of its own with the same rights and files."""
        spec = self._specification()
        spec.entrypoint, spec.command, spec.network = command[:1], command[1:], "none"
        container = self.host.create(f"{self.service}-once", spec)
        try:
            container.start()
            status = container.wait(_PATIENCE)
            if status is None:
                raise Broken(f"{' '.join(command)} did not end within {_PATIENCE:g} s")
            return Ran(status, decoded(container.logs()))
        finally:
            container.remove()

    def _launched(self) -> Launch:
        spec = self._specification()
        spec.network, spec.aliases = self.host.network, [self.service]
        return Launch(self.service, spec, self._inside_port, self._ready)

    def _specification(self) -> ContainerSpec:
        image = {f"{self.service.upper()}_IMAGE": self.host.images.tools().id}
        spec = compose.specification(self.path, self.service, image)
        spec.mounts = [*spec.mounts, *self.mounts]
        return spec

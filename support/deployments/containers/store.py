"""A data store of the system as a container, with a password of the run's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from support.base.outcomes import DeploymentFailed, UsageError, WaitedInVain
from support.base.services import StoreService
from support.base.settings import Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments.containers import compose
from support.deployments.containers.deployment import hand_over
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.sdk import LOOPBACK
from support.deployments.containers.server import ContainerServer, Launch
from support.deployments.containers.spec import Mount
from support.deployments.stores import redis
from support.deployments.stores.base import Probe

_WRITE_AND_READ: dict[str, Callable[[str], Probe]] = {"redis": redis.write_and_read}
_FULL = {"maxmemory-policy": "noeviction", "maxmemory": "1"}
"""The settings of a Redis that has no room for another byte."""
_ROOMY = {"maxmemory": "0", "maxmemory-policy": "noeviction"}
"""Those that it starts with."""
_URLS = {"redis": "redis://:{password}@{host}:{port}/0"}


class ContainerStore(ContainerServer):
    """A store as ``deployments.container.stores`` has it run; other containers reach it by the name of its service."""

    def __init__(
        self,
        system: System,
        name: str,
        entry: StoreService,
        network: str,
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
    ) -> None:
        if system.deployments.container is None:
            raise UsageError(f"{system.path}: deployments has no container, so the store {name} cannot be run in one")
        self.name, self._compose = name, system.deployments.container.compose
        self.kind = system.stores[name].kind
        self.data = scratch.resolve() / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self._system, self._entry, self._network = system, entry, network
        self._password = secrets.token_hex(16)
        super().__init__(host, self._launched, settings, scratch.resolve())

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"the store {self.name} ({self.kind})"

    @property
    def variables(self) -> dict[str, str]:
        """What it adds to the variables of the compose file: its image and its password."""
        return {self._entry.image: self.host.images.tools().id, self._entry.password: self._password}

    @property
    def url(self) -> str:
        """The connection URL on this machine, credentials included."""
        return self.url_at(LOOPBACK, self.port)

    @property
    def inside_url(self) -> str:
        """The connection URL for the containers on its network."""
        return self.url_at(self._entry.service, self._entry.port)

    def url_at(self, host: str, port: int) -> str:
        """The same connection URL by way of another address."""
        return _URLS[self.kind].format(password=self._password, host=host, port=port)

    def start(self) -> None:
        """Start it and wait until it serves. Raises DeploymentFailed, with its last log lines, if it does not."""
        super().start()
        seen = Probe(False)

        def decided() -> bool:
            nonlocal seen
            seen = self.probe()
            return seen.ok or not self.running

        try:
            until(decided, self._settings.timeouts.start, f"{self.title} to serve")
        except WaitedInVain as error:
            self.kill()
            raise DeploymentFailed(f"{self.title} does not serve ({seen.said}); its log:\n{self.logs()}") from error
        if not self.running:
            raise DeploymentFailed(f"{self.title} ended while it was starting; its log:\n{self.logs()}")

    def probe(self, url: str | None = None) -> Probe:  # type: ignore[override]
        """Connect anew by ``url`` (by default its own), write a value, read it back, and remove it."""
        return _WRITE_AND_READ[self.kind](url or self.url)

    def fill(self) -> None:
        """Let it have less memory than it uses: it refuses to write and goes on reading."""
        redis.configure(self.url, _FULL)

    def make_room(self) -> None:
        """Give it the memory that it had; a start does so by itself."""
        if not self.running:
            self.start()
        redis.configure(self.url, _ROOMY)

    def secrets(self) -> list[str]:
        """Its password, which no report may show."""
        return [self._password]

    def _launched(self) -> Launch:
        path = self._system.here / self._compose
        spec = compose.specification(path, self._entry.service, self.variables)
        spec.network, spec.aliases = self._network, [self._entry.service]
        spec.user = hand_over(self.data, spec.user)
        spec.mounts.append(Mount(self.data, self._entry.data))
        return Launch(self._entry.service, spec, self._entry.port, None)

"""Replicas of the system on one data folder, behind a load balancer: two sides that take turns in serving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.base.entries import ContainerEntry, ReplicasEntry
from support.base.outcomes import Broken, DeploymentFailed, NotVerified, WaitedInVain
from support.base.settings import Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments.containers.balancer import Balancer
from support.deployments.containers.deployment import ContainerDeployment, build_of
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.server import Launch
from support.deployments.readiness import probe, ready_path

_POLL = 0.05
_LAST_LINES = 12
_AT_ONCE = 4
"""Containers that the engine is asked to start or remove at the same time."""


class Replica(ContainerDeployment):
    """One replica, which the balancer and its operator know by the name of its service."""

    def __init__(
        self,
        system: System,
        name: str,
        entry: ContainerEntry,
        data: Path,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
    ) -> None:
        self.name = name
        super().__init__(system, environment, settings, scratch / name, host)
        self.entry, self.data, self.files = entry, data, system.paths(data)
        self.changes["aliases"] = [name]

    @property
    def ready(self) -> bool:
        """Whether it says itself that it is ready."""
        return probe(self.url, ready_path(self.system), self.authority).ready

    def _launched(self) -> Launch:
        launch = super()._launched()
        launch.title = self.name
        return launch


class ReplicaSet:
    """A balancer and two sides of replicas on one data folder; after start() the first side serves."""

    kind = "replicas"
    authority: Path | None = None

    def __init__(
        self,
        system: System,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
    ) -> None:
        if system.deployments.replicas is None:
            raise NotVerified(f"{system.path} does not say how to run {system.says} as replicas")
        self.system, self.entry, self.folder = system, system.deployments.replicas, scratch.resolve()
        self._settings, self._host = settings, host
        self.balancer = Balancer(system, self.entry, settings, self.folder, host)
        self.replicas = {
            name: Replica(
                system, name, _container(self.entry, name), self._data(), environment, settings, self.folder, host
            )
            for side in self.entry.sides
            for name in side
        }

    @property
    def url(self) -> str:
        """Where the balancer answers on this machine."""
        return self.balancer.url

    @property
    def running(self) -> bool:
        """Whether the balancer and any replica run."""
        return self.balancer.running and any(replica.running for replica in self.replicas.values())

    @property
    def sides(self) -> list[list[Replica]]:
        """The replicas of both sides."""
        return [[self.replicas[name] for name in side] for side in self.entry.sides]

    def opposite(self, side: list[Replica]) -> list[Replica]:
        """The side that is replaced while this one serves."""
        return next(each for each in self.sides if each != side)

    def image(self) -> str:
        """The id of the image that is built from the repository."""
        return self._host.image(build_of(self.system.here / self.entry.compose, self.entry.sides[0][0]))

    def version(self, name: str) -> str:
        """The id of an image with another version: a stage of the Dockerfile that updates are rehearsed with."""
        return self._host.variant(self.system.here / self.entry.rehearsal, name, self.image())

    def start(self) -> None:
        """Start the balancer and the first side, and wait until callers are answered by all of it."""
        serving = self.sides[0]
        self.balancer.launch()
        self.launch(serving)
        limit = self._settings.timeouts.start * len(serving)
        try:
            until(lambda: self._answers(serving), limit, "the replicas to be ready behind the balancer", _POLL)
        except WaitedInVain as error:
            raise DeploymentFailed(f"{error}\n{self._last_lines()}") from error

    def launch(self, some: Sequence[Replica]) -> None:
        """Start replicas all at once, and wait for none."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(Replica.launch, some))

    def close(self) -> None:
        """End and remove all of it."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda server: server.close(), [self.balancer, *self.replicas.values()]))

    def secrets(self) -> list[str]:
        """Tokens, and the values of secret settings."""
        return [secret for replica in self.replicas.values() for secret in replica.secrets()]

    def log_position(self) -> int:
        """Nobody used it before: what it logged belongs to the scenario from its first line on."""
        return 0

    def logs(self, since: int = 0) -> str:
        """What all of them logged, one after the other."""
        return "\n\n".join(f"── {name}\n{log}" for name, log in self._logs())

    def _data(self) -> Path:
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        return data

    def _answers(self, serving: Iterable[Replica]) -> bool:
        ended = [replica.name for replica in serving if not replica.running]
        if ended:
            raise DeploymentFailed(f"{', '.join(ended)} ended while being started\n{self._last_lines()}")
        if not self.balancer.running:
            raise DeploymentFailed(f"the balancer ended while being started\n{self._last_lines()}")
        try:
            seats = self.balancer.seats()
        except Broken:
            return False  # it does not listen yet
        well = all(replica.ready and _may_serve(seats[replica.name].status) for replica in serving)
        return well and probe(self.url, ready_path(self.system)).ready

    def _logs(self) -> Iterable[tuple[str, str]]:
        yield self.entry.balancer, self.balancer.logs()
        for name, replica in self.replicas.items():
            if log := replica.logs():
                yield name, log

    def _last_lines(self) -> str:
        return "\n".join(f"{name}:\n" + "\n".join(log.splitlines()[-_LAST_LINES:]) for name, log in self._logs())


def _may_serve(status: str) -> bool:
    """Whether the balancer gives requests to a replica of that status, be it that it does not check any."""
    return status in ("UP", "no check")


def _container(entry: ReplicasEntry, name: str) -> ContainerEntry:
    return ContainerEntry(
        compose=entry.compose, service=name, port=entry.port, data=entry.data, environment=entry.environment
    )

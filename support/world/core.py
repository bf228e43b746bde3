"""The typed state of one scenario: what it has started, its clients and exchanges, its parts, evidence and clean-up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from support.base.outcomes import Broken, NotVerified
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import (
    Authority,
    AuxiliaryServices,
    ContainerDeployment,
    ContainerTool,
    DriverDeployment,
    Lease,
    LeasePool,
    Preparable,
    RemoteDeployment,
    ReplicaSet,
)
from support.deployments.base import AsksForCertificate, Deployment, HasFurtherPorts, HasLogs, require_capability
from support.deployments.containers.host import ContainerHost
from support.evidence.attachments import Evidence
from support.evidence.events import EventLog, path_of
from support.evidence.redaction import redactor
from support.faults import Fault
from support.http import Exchange, HttpClient
from support.load.result import LoadResult
from support.world import timelines
from support.world.companions import Companions
from support.world.parts import MeetsDeployments, Met, SeesExchanges, SeesLoads, TidiesUp
from support.world.remote_target import RemoteTarget
from support.world.web_pages import WebPages

P = TypeVar("P")
T = TypeVar("T")

ADMIN = "admin"
"""The identity by which the suite sets scenarios up, where the system knows identities."""

CONTAINER = "container"
"""The deployment in which companions are containers too."""

NOTHING_STARTED = "no system has been started; begin with a Given that starts one"

SHOWN_ONE_BY_ONE = 5
"""Exchanges of one step that are attached each by itself; more are attached as one text."""


class World:
    """What one scenario has started, said and been told. Steps keep nothing anywhere else.

    What only some scenarios need is in parts (``part``), each a class of its own; ``parts`` are those that every
    scenario of the system has from the start. ``faults`` are those that belong on the scenario's timeline, besides
    those of its companions; ``exchanges`` are those that steps made by themselves, ``sent`` tells of all there were.
    """

    def __init__(
        self,
        settings: Settings,
        system: System,
        pool: LeasePool,
        evidence: Evidence,
        scenario: str = "",
        parts: Iterable[type[Any]] = (),
    ) -> None:
        self.settings = settings
        self.system = system
        self.evidence = evidence
        self.scenario = scenario
        self.exchanges: list[Exchange] = []
        self.sent: list[str] = []
        self.faults: list[Fault] = []
        self.companions = Companions(system, pool, contained=settings.deployment == CONTAINER)
        self.pages = WebPages(settings, pool.auxiliary)
        self._pool = pool
        self._leases: list[Lease] = []
        self._clients: list[HttpClient] = []
        self._met: list[Met] = []
        self._remote: RemoteTarget | None = None
        self._log_starts: list[int] = []
        self._clean_ups: list[Callable[[], None]] = []
        self._unshown: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._parts: dict[type[Any], Any] = {}
        for kind in parts:
            self.part(kind)

    def part(self, kind: type[P]) -> P:
        """The scenario's one instance of a part, made when it is first asked for (see ``support/world/parts.py``)."""
        if kind not in self._parts:
            make = getattr(kind, "of", None)
            self._parts[kind] = made = kind() if make is None else make(self)
            if isinstance(made, MeetsDeployments):
                for met in self._met:
                    made.meet(met)
        part: P = self._parts[kind]
        return part

    def having(self, power: Callable[..., P]) -> list[P]:
        """The parts made so far that have a power, such as SendsLoads."""
        kind = cast(type[P], power)  # a protocol, which a parameter of type type[P] would not admit
        return [part for part in self._parts.values() if isinstance(part, kind)]

    # -- what is running

    def start(
        self,
        profile: str = "default",
        environment: Mapping[str, str | None] | None = None,
        *,
        own: bool = False,
        contained: bool = False,
    ) -> None:
        """Have the system running in a profile, with settings of the scenario's own if it has any.

        ``own`` gives the scenario a system that nobody used before or will use after it; ``contained`` has it run as a
        container, whatever the run's deployment is. Raises DeploymentFailed if it does not start and NotVerified if
        the target cannot be had that way.
        """
        self.system.profile(profile)
        kind = CONTAINER if contained else self._kind
        if own and kind == "remote":
            raise NotVerified(
                f"this needs a {self.system.says} of its own, and there is only the one at {self.settings.public_url}"
            )
        told = {**self.companions.environment(), **(environment or {})}
        self._adopt(self._pool.acquire(kind, profile, told, own=own))
        self.meet()

    def begin(self, profile: str = "default", environment: Mapping[str, str | None] | None = None) -> Preparable:
        """A system of the scenario's own that is not started yet: to be prepared, or for a start that may fail."""
        self.system.profile(profile)
        told = {**self.companions.environment(), **(environment or {})}
        lease = self._pool.fresh(self._kind, profile, told)
        if not isinstance(lease.deployment, Preparable):
            raise NotVerified(f"a {lease.kind} deployment cannot be prepared before its start")
        self._adopt(lease)
        return lease.deployment

    @property
    def authority(self) -> Authority:
        """Whom the clients of this run trust where a system speaks TLS."""
        return self._pool.authority

    def contain(
        self, profile: str = "default", environment: Mapping[str, str | None] | None = None
    ) -> ContainerDeployment:
        """A container of the scenario's own, whatever the run's deployment is; not started yet, so as to be prepared.

        Whoever starts it lets the scenario ``meet()`` it then.
        """
        self.system.profile(profile)
        lease = self._pool.fresh("container", profile, environment or {})
        if not isinstance(lease.deployment, ContainerDeployment):
            raise Broken(f"a container was asked for, and a {lease.kind} was made")
        self._adopt(lease)
        return lease.deployment

    def tool(self, service: str, port: int, ready: str) -> ContainerTool:
        """A tool that stands beside the system in its compose file, such as Prometheus; not started yet.

        It listens on ``port`` inside its container and is up when ``ready``, a path, says so; it ends with the
        scenario.
        """
        tool = self._pool.tool(service, port, ready)
        self.on_close(tool.close)
        return tool

    @property
    def containers(self) -> ContainerHost:
        """The engine, images and network that this run's containers are made with."""
        return self._pool.containers

    @property
    def auxiliary(self) -> AuxiliaryServices:
        """What runs beside the systems for as long as this process of the suite does."""
        return self._pool.auxiliary

    def replicate(self, profile: str = "default") -> ReplicaSet:
        """Have replicas of the scenario's own running behind a load balancer. Whoever asks for them meets them then."""
        lease = self._pool.replicas(profile)
        if not isinstance(lease.deployment, ReplicaSet):
            raise Broken(f"replicas were asked for, and a {lease.kind} was made")
        self._adopt(lease)
        lease.deployment.start()
        return lease.deployment

    def meet(self, *deployments: Deployment) -> None:
        """Begin to talk with the system that was started last, or with each of its parts that are given."""
        for deployment in deployments or (self.deployment,):
            if isinstance(deployment, RemoteDeployment):
                self._remote = RemoteTarget(self.system, deployment)
            in_process = isinstance(deployment, DriverDeployment)
            certificate = deployment.client_certificate if isinstance(deployment, AsksForCertificate) else None
            others = deployment.elsewhere if isinstance(deployment, HasFurtherPorts) else {}
            client = None if in_process else self.client_for(deployment.url, deployment.authority, certificate, others)
            met = Met(self.lease, deployment, client)
            self._met.append(met)
            for part in self.having(MeetsDeployments):
                part.meet(met)

    @property
    def lease(self) -> Lease:
        """The system that was started last. Raises Broken before any was."""
        return last(self._leases, NOTHING_STARTED)

    @property
    def deployment(self) -> Deployment:
        """How that system is run."""
        return self.lease.deployment

    @property
    def http(self) -> HttpClient:
        """The HTTP client of the system that was met last. Raises NotVerified where the run does not use HTTP."""
        client = last(self._met, NOTHING_STARTED).client
        if client is None:
            raise NotVerified("this is about HTTP, and the run uses the Python API")
        return client

    @property
    def exchange(self) -> Exchange:
        """The last exchange that a step made over HTTP by itself. Raises Broken before there is one."""
        return last(self.exchanges, "nothing has been asked over HTTP yet")

    def endpoint(self, name: str) -> str:
        """The path of one of the system's endpoints."""
        return self.system.endpoint(name)

    def logs(self) -> str:
        """What the system has logged since this scenario began. Raises NotVerified where logs cannot be had."""
        return require_capability(self.deployment, HasLogs).logs(self._log_starts[-1])  # type: ignore[type-abstract]

    @property
    def log_start(self) -> int:
        """Where the log of the system stood when this scenario began to use it. Raises Broken before that."""
        return last(self._log_starts, NOTHING_STARTED)

    def client_for(
        self,
        url: str,
        authority: Path | None = None,
        certificate: Path | None = None,
        elsewhere: Mapping[str, str] | None = None,
    ) -> HttpClient:
        """A client for another address, trusting that authority alone if given; its exchanges are evidence too.

        ``certificate``, a file with its key, is what it shows to a server that asks for one; ``elsewhere`` are paths
        that another URL answers.
        """
        client = HttpClient(url, self._saw, self.settings.timeouts.http, authority, certificate, elsewhere)
        self._clients.append(client)
        return client

    def saw_load(self, load: LoadResult) -> None:
        """Tell the parts of a load. Raises Broken if what became of it says nothing about the product."""
        if self._remote is not None:
            self._remote.saw_load(load)
        for part in self.having(SeesLoads):
            part.saw_load(load)

    # -- evidence and end

    def show(self, name: str, text: str) -> None:
        """Attach a text to the running step, at its end; may be called from any thread."""
        with self._lock:
            self._unshown.append((name, text))

    def progress(self, says: str) -> None:
        """Tell whoever watches the run how far this scenario is."""
        EventLog(path_of(self.settings.scratch, self.settings.shard)).progress(says)

    def noticed(self, what: str) -> None:
        """Note what was seen on the timeline of each fault that is in force; nothing where none is."""
        timelines.note(self.injected_faults, what)

    def flush(self, together: str = "") -> None:
        """Attach what the running step has gathered; ``together`` makes one text of it, of that name."""
        with self._lock:
            waiting, self._unshown = self._unshown, []
        if len(waiting) <= SHOWN_ONE_BY_ONE and not together:
            for name, text in waiting:
                self.evidence.text(name, text)
        elif waiting:
            texts = (f"── {number}. {name}\n{text}" for number, (name, text) in enumerate(waiting, 1))
            self.evidence.text(together or f"{len(waiting)} exchanges", "\n\n".join(texts))

    def on_close(self, clean_up: Callable[[], None]) -> None:
        """Have something done at the end of the scenario, last one first, however it ends."""
        self._clean_ups.append(clean_up)

    def close(self, failed: bool) -> None:
        """Heal, tidy and give everything back. Raises Broken, after all of it was tried, if something did not work."""
        self.flush()
        troubles = [trouble for clean_up in reversed(self._clean_ups) if (trouble := _attempt(clean_up))]
        for lease, position in zip(self._leases, self._log_starts, strict=True):
            if failed and isinstance(lease.deployment, HasLogs):
                self.evidence.text(f"log of {self.system.says} in this scenario", lease.deployment.logs(position))
            lease.dirty = lease.dirty or failed or bool(troubles) or self.companions.are_known_and_failed
        for part in self.having(TidiesUp):
            troubles += part.tidy_up()
        troubles += self.companions.give_back(failed)
        self.evidence.timeline("the faults", timelines.lanes(self.injected_faults))
        for lease in self._leases:
            if trouble := _attempt(lambda lease=lease: self._pool.release(lease)):  # type: ignore[misc]
                troubles.append(trouble)
        for client in self._clients:
            client.close()
        self.flush("clean-up")
        if troubles:
            raise Broken("the scenario could not be cleaned up:\n" + "\n".join(troubles))

    @property
    def injected_faults(self) -> list[Fault]:
        """Every fault of this scenario, also of its companions, whether it is in force or healed."""
        return [*self.faults, *self.companions.faults]

    @property
    def _kind(self) -> str:
        return "python" if self.settings.interface == "python" else self.settings.deployment

    def _adopt(self, lease: Lease) -> None:
        self._leases.append(lease)
        # A lease that goes with its scenario was started for it: what it logged at its start belongs to the scenario.
        self._log_starts.append(0 if lease.dirty else _log_position(lease.deployment))
        for secret in lease.deployment.secrets():
            redactor.register(secret)

    def _saw(self, exchange: Exchange) -> None:
        self.sent.append(str(exchange))
        self.show(str(exchange), exchange.describe())
        for part in self.having(SeesExchanges):
            part.saw(exchange)
        if self._remote is not None:
            self._remote.saw(exchange)


def last(items: list[T], otherwise: str) -> T:
    """The last of the items. Raises Broken, with the text given, if there is none."""
    if not items:
        raise Broken(otherwise)
    return items[-1]


def _attempt(action: Callable[[], Any]) -> str:
    try:
        action()
    except Exception as error:  # noqa: BLE001 -- every clean-up is tried; what failed is told at the end
        return f"{type(error).__name__}: {error}"
    return ""


def _log_position(deployment: Deployment) -> int:
    return deployment.log_position() if isinstance(deployment, HasLogs) else 0

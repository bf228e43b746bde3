"""The typed state of one scenario, and the one place where the rooms of ``support/`` are joined."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from support import timelines
from support.browsing import WebPages
from support.deployments import (
    Authority,
    ContainerDeployment,
    ContainerTool,
    Lease,
    LeasePool,
    Preparable,
    RemoteDeployment,
    ReplicaSet,
)
from support.deployments.base import Deployment, HasLogs, power
from support.deployments.containers.host import ContainerHost
from support.deployments.driver import DriverDeployment
from support.evidence.attachments import Evidence
from support.evidence.events import EventLog, path_of
from support.evidence.redaction import redactor
from support.faults import Fault
from support.http import Exchange, HttpClient
from support.interfaces import Answer, HttpInterface, Interface, PythonInterface, RouteRequest
from support.interfaces import contracts as contract_documents
from support.interfaces.requests import request
from support.load.result import LoadResult
from support.memory import Memory, Together, last
from support.outcomes import Broken, NotVerified
from support.registries import REGISTRY, Guest, emptied
from support.services import RealServices
from support.settings import Settings
from support.systems import System

ADMIN = "admin"
"""The identity by which the suite sets scenarios up, where the system knows identities."""

CONTAINER = "container"
"""The deployment in which companions are containers too."""

SHOWN_ONE_BY_ONE = 5
"""Exchanges of one step that are attached each by itself; more are attached as one text."""


class World(Memory):
    """What one scenario has started, said and been told. Steps keep nothing anywhere else."""

    def __init__(
        self, settings: Settings, system: System, pool: LeasePool, evidence: Evidence, scenario: str = ""
    ) -> None:
        super().__init__()
        self.settings = settings
        self.system = system
        self.evidence = evidence
        self.scenario = scenario
        self.services = RealServices(system, pool, contained=settings.deployment == CONTAINER)
        self.pages = WebPages(settings, pool.beside)
        self._pool = pool
        self._leases: list[Lease] = []
        self._clients: list[HttpClient] = []
        self._interfaces: list[Interface] = []
        self._met: list[tuple[Lease, Interface]] = []
        self._guest: Guest | None = None
        self._log_starts: list[int] = []
        self._clean_ups: list[Callable[[], None]] = []
        self._unshown: list[tuple[str, str]] = []
        self._lock = threading.Lock()

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
        self._adopt(self._pool.acquire(kind, profile, environment or {}, own=own))
        self.meet()

    def begin(self, profile: str = "default", environment: Mapping[str, str | None] | None = None) -> Preparable:
        """A system of the scenario's own that is not started yet: to be prepared, or for a start that may fail."""
        self.system.profile(profile)
        lease = self._pool.fresh(self._kind, profile, environment or {})
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

    def beside(self, service: str, port: int, ready: str) -> ContainerTool:
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

    def replicate(self, profile: str = "default") -> ReplicaSet:
        """Have replicas of the scenario's own running behind a load balancer. Whoever asks for them meets them then."""
        lease = self._pool.replicas(profile)
        if not isinstance(lease.deployment, ReplicaSet):
            raise Broken(f"replicas were asked for, and a {lease.kind} was made")
        self._adopt(lease)
        lease.deployment.start()
        return lease.deployment

    def meet(self, *parts: Deployment) -> None:
        """Begin to talk with the system that was started last, or with each of its parts that are given."""
        for deployment in parts or (self.deployment,):
            interface = self._interface(deployment)
            self._interfaces.append(interface)
            if self._guest is not None:
                self._guest.arrive(interface)
            self._met.append((self.lease, interface))

    @property
    def lease(self) -> Lease:
        """The system that was started last. Raises Broken before any was."""
        return last(self._leases, "no system has been started; begin with a Given that starts one")

    @property
    def deployment(self) -> Deployment:
        """How that system is run."""
        return self.lease.deployment

    @property
    def orchestrator(self) -> Interface:
        """How scenarios talk with that system about services and requests."""
        return last(self._interfaces, "no system has been started; begin with a Given that starts one")

    @property
    def orchestrators(self) -> list[Interface]:
        """How scenarios talk with all that they have started, in that order."""
        return list(self._interfaces)

    @property
    def over_http(self) -> HttpInterface:
        """The HTTP interface. Raises NotVerified where the run uses another."""
        if isinstance(self.orchestrator, HttpInterface):
            return self.orchestrator
        raise NotVerified("this is about HTTP, and the run uses the Python API")

    @property
    def http(self) -> HttpClient:
        """The HTTP client behind it, for what the interface does not say."""
        return self.over_http.client

    def endpoint(self, name: str) -> str:
        """The path of one of the system's endpoints."""
        return self.system.endpoint(name)

    def logs(self) -> str:
        """What the system has logged since this scenario began. Raises NotVerified where logs cannot be had."""
        return power(self.deployment, HasLogs).logs(self._log_starts[-1])  # type: ignore[type-abstract]

    def client_for(self, url: str, authority: Path | None = None) -> HttpClient:
        """A client for another address, trusting that authority alone if given; its exchanges are evidence too."""
        client = HttpClient(url, self._saw, self.settings.timeouts.http, authority)
        self._clients.append(client)
        return client

    def saw_load(self, load: LoadResult) -> None:
        """Raises Broken if what became of a load on somebody else's system says nothing about the product."""
        if self._guest is not None:
            self._guest.saw_load(load)

    # -- what is said and answered

    def heard(self, answer: Answer) -> Answer:
        """Remember an answer as the last one."""
        self.answers.append(answer)
        return answer

    def ask(self, capabilities: str, terms: Iterable[Mapping[str, str]] = (), seed: int = 0) -> Answer:
        """Ask for a decision on the terms of a table, under the scenario's policies and history."""
        return self.ask_for(request(capabilities, terms), seed)

    def ask_for(self, body: dict[str, Any], seed: int = 0) -> Answer:
        """Ask for a decision on a request as it is."""
        return self.heard(self.orchestrator.route(self.routing(body, seed)))

    def ask_all(self, capabilities: str, seed: int) -> None:
        """Ask every system that this scenario started for the same decision."""
        asked = self.routing(request(capabilities), seed)
        self.answers_of_all.append([interface.route(asked) for interface in self._interfaces])

    def ask_together(self, sound: dict[str, Any], wrong: dict[str, Any], count: int, nth: int) -> Together:
        """Ask for so many decisions at the same time; every n-th request is the wrong one."""
        is_wrong = [number % nth == 0 for number in range(1, count + 1)]
        answers = self.orchestrator.route_together([self.routing(wrong if each else sound) for each in is_wrong])
        sorted_out = list(zip(is_wrong, answers, strict=True))
        return Together(
            [answer for bad, answer in sorted_out if bad], [answer for bad, answer in sorted_out if not bad]
        )

    def ask_each_together(self, capabilities: str, count: int) -> None:
        """Ask for so many decisions at the same time, each on a request that differs from all others."""
        bodies = [{**request(capabilities), "context": {"matter": number}} for number in range(1, count + 1)]
        for answer in self.orchestrator.route_together([self.routing(body) for body in bodies]):
            self.heard(answer)

    def routing(self, body: dict[str, Any], seed: int = 0) -> RouteRequest:
        """A request with the scenario's policies and history."""
        self.asked.append(RouteRequest(body, self.policies, self.history, seed))
        return self.asked[-1]

    def register(self, document: contract_documents.Document) -> Answer:
        """Register a service, remembering its contract if it was accepted."""
        answer = self.orchestrator.register(contract_documents.text(document))
        if answer.accepted:
            self.contracts[document["service_id"]] = document
        return answer

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
        timelines.note(self.befallen, what)

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
            lease.dirty = lease.dirty or failed or bool(troubles)
        troubles += filter(None, (self._tidy(lease, interface) for lease, interface in self._met))
        troubles += self.services.give_back(failed)
        self.evidence.timeline("the faults", timelines.lanes(self.befallen))
        for lease in self._leases:
            if trouble := _attempt(lambda lease=lease: self._pool.release(lease)):  # type: ignore[misc]
                troubles.append(trouble)
        for client in self._clients:
            client.close()
        self.flush("clean-up")
        if troubles:
            raise Broken("the scenario could not be cleaned up:\n" + "\n".join(troubles))

    @property
    def befallen(self) -> list[Fault]:
        """Every fault of this scenario, also of its real services, whether it is in force or healed."""
        return [*self.faults, *self.services.faults]

    @property
    def _kind(self) -> str:
        return "python" if self.settings.interface == "python" else self.settings.deployment

    def _adopt(self, lease: Lease) -> None:
        self._leases.append(lease)
        # A lease that goes with its scenario was started for it: what it logged at its start belongs to the scenario.
        self._log_starts.append(0 if lease.dirty else _log_position(lease.deployment))
        for secret in lease.deployment.secrets():
            redactor.register(secret)

    def _interface(self, deployment: Deployment) -> Interface:
        if isinstance(deployment, DriverDeployment):
            return PythonInterface(deployment, self.show)
        if isinstance(deployment, RemoteDeployment):
            self._guest = Guest(self.system, deployment)
        token = self.system.token(ADMIN) if ADMIN in self.system.identities else None
        return HttpInterface(self.client_for(deployment.url, deployment.authority), self.system, token)

    def _tidy(self, lease: Lease, interface: Interface) -> str:
        """Leave the registry as it was found; the suite's own system is thrown away where that does not work."""
        if self._guest is not None:
            return self._guest.leave(interface)
        if isinstance(interface, PythonInterface) or REGISTRY in self.system.endpoints:
            lease.dirty = lease.dirty or not emptied(interface)
        return ""

    def _saw(self, exchange: Exchange) -> None:
        self.show(str(exchange), exchange.describe())
        if self._guest is not None:
            self._guest.saw(exchange)


def _attempt(action: Callable[[], Any]) -> str:
    try:
        action()
    except Exception as error:  # noqa: BLE001 -- every clean-up is tried; what failed is told at the end
        return f"{type(error).__name__}: {error}"
    return ""


def _log_position(deployment: Deployment) -> int:
    return deployment.log_position() if isinstance(deployment, HasLogs) else 0

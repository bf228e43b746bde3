"""What a scenario about CAIO asks, registers and remembers, over whichever interface the run uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from support.base.documents import Document
from support.base.outcomes import Broken, NotVerified
from support.deployments import DriverDeployment, RemoteDeployment
from support.domains.caio import contracts, python_load
from support.domains.caio.answer import Answer
from support.domains.caio.http_interface import HttpInterface, as_json
from support.domains.caio.interface import Interface, RouteRequest
from support.domains.caio.python_interface import PythonInterface
from support.domains.caio.registry_cleanup import RegistryCleanup, emptied
from support.domains.caio.requests import request
from support.domains.caio.verification_result import VerificationResult
from support.http import Exchange
from support.load import numbers
from support.load.plan import Call
from support.world.core import ADMIN, NOTHING_STARTED, World, last
from support.world.parts import Met

if TYPE_CHECKING:
    from support.load.result import LoadResult


_PASSING = ("health", "circuit")
"""What the registry says of a service that is found out anew after each start."""


@dataclass(frozen=True, slots=True)
class Together:
    """Answers to requests that were made at the same time: to those that were wrong, and to the sound ones."""

    wrong: list[Answer]
    sound: list[Answer]


@dataclass
class Caio:
    """One scenario's dealings with CAIO. What is None or empty has not happened yet."""

    world: World
    policies: list[dict[str, Any]] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    contracts: dict[str, Document] = field(default_factory=dict)
    asked: list[RouteRequest] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    answers_of_all: list[list[Answer]] = field(default_factory=list)
    _together: Together | None = None
    acknowledged: set[str] = field(default_factory=set)
    meanwhile: list[Answer] = field(default_factory=list)
    verifications: list[VerificationResult] = field(default_factory=list)
    verification_keys: list[dict[str, str]] = field(default_factory=list)
    waited: float = 0.0
    populated: int = 0
    sizes: list[tuple[int, LoadResult]] = field(default_factory=list)
    orchestrators: list[Interface] = field(default_factory=list)
    _met: list[tuple[Met, Interface]] = field(default_factory=list)
    _cleanup: RegistryCleanup | None = None

    @classmethod
    def of(cls, world: World) -> Self:
        """The part of a world."""
        return cls(world)

    # -- as a part of the world

    def meet(self, met: Met) -> None:
        """Talk to a deployment from now on. Raises NotVerified if somebody else's services stand in the way."""
        interface = self._interface(met)
        self.orchestrators.append(interface)
        if self._cleanup is not None:
            self._cleanup.arrive(interface)
        self._met.append((met, interface))

    def saw(self, exchange: Exchange) -> None:
        """Note what an exchange may have registered with somebody else's CAIO."""
        if self._cleanup is not None:
            self._cleanup.saw(exchange)

    def tidy_up(self) -> list[str]:
        """Leave every registry as it was found; the suite's own CAIO is thrown away where that does not work."""
        return [trouble for met, interface in self._met if (trouble := self._tidy(met, interface))]

    # -- what is asked and answered

    @property
    def orchestrator(self) -> Interface:
        """The CAIO that was started last. Raises Broken before any was."""
        return last(self.orchestrators, NOTHING_STARTED)

    @property
    def over_http(self) -> HttpInterface:
        """The HTTP interface. Raises NotVerified where the run uses another."""
        if isinstance(self.orchestrator, HttpInterface):
            return self.orchestrator
        raise NotVerified("this is about HTTP, and the run uses the Python API")

    @property
    def answer(self) -> Answer:
        """The last answer. Raises Broken before there is one."""
        return last(self.answers, "nothing has been asked yet")

    @property
    def together(self) -> Together:
        """Answers to the requests that were made at the same time last. Raises Broken before any were."""
        if self._together is None:
            raise Broken("no requests have been made at the same time yet")
        return self._together

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
        self.answers_of_all.append([interface.route(asked) for interface in self.orchestrators])

    def ask_together(self, sound: dict[str, Any], wrong: dict[str, Any], count: int, nth: int) -> None:
        """Ask for so many decisions at the same time; every n-th request is the wrong one."""
        is_wrong = [number % nth == 0 for number in range(1, count + 1)]
        answers = self.orchestrator.route_together([self.routing(wrong if each else sound) for each in is_wrong])
        sorted_out = list(zip(is_wrong, answers, strict=True))
        self._together = Together(
            [answer for bad, answer in sorted_out if bad], [answer for bad, answer in sorted_out if not bad]
        )

    def ask_each_together(self, capabilities: str, count: int) -> None:
        """Ask for so many decisions at the same time, each on a request that differs from all others."""
        bodies = [{**request(capabilities), "context": {"number": number}} for number in range(1, count + 1)]
        for answer in self.orchestrator.route_together([self.routing(body) for body in bodies]):
            self.heard(answer)

    def routing(self, body: dict[str, Any], seed: int = 0) -> RouteRequest:
        """A request with the scenario's policies and history."""
        self.asked.append(RouteRequest(body, self.policies, self.history, seed))
        return self.asked[-1]

    def register(self, document: Document) -> Answer:
        """Register a service, remembering its contract if it was accepted."""
        answer = self.orchestrator.register(contracts.text(document))
        if answer.accepted:
            self.contracts[document["service_id"]] = document
        return answer

    # -- loads, and what a backup keeps

    def load_call(self, name: str) -> Call | None:
        """A request for decisions on an ability, each with a number of its own that its trace must show."""
        asked = self.routing({**request(name), "context": {"number": numbers.MARK}})
        headers = {"Content-Type": "application/json"}
        if ADMIN in self.world.system.identities:
            headers["Authorization"] = f"Bearer {self.world.system.token(ADMIN)}"
        return Call(
            name=name,
            method="POST",
            path=self.world.endpoint("route"),
            body=json.dumps(as_json(asked)).encode(),
            headers=headers,
            contains=('"decision_id"', numbers.MARK),
        )

    def load_in_process(self, title: str, name: str, users: int, each: int) -> Callable[[], LoadResult] | None:
        """The same requests over the Python API; None where the run uses HTTP."""
        interface, deployment = self.orchestrator, self.world.deployment
        if not isinstance(interface, PythonInterface) or not isinstance(deployment, DriverDeployment):
            return None
        asked = self.routing(request(name))
        return lambda: python_load.run(self.world, interface, deployment, title, asked, users, each)

    def state(self) -> dict[str, object]:
        """What the registry holds, by service, but for what is found out anew after each start."""
        entries = self.orchestrator.services().result()
        lasting = [{name: value for name, value in entry.items() if name not in _PASSING} for entry in entries]
        return {entry["service_id"]: entry for entry in lasting}

    # -- real services, of which contracts tell

    def real_service(self, row: Mapping[str, str], *, probed: bool = False) -> Document:
        """Have the service of one row of a table running; its contract, which says where it can be reached.

        ``probed`` has the contract say where its health can be asked for; otherwise only calls tell how it is.
        """
        url = self.world.companions.start(row["service"])
        return contracts.contract(row, url, self._probed_at(row["service"], probed))

    def contained_service(self, row: Mapping[str, str], *, probed: bool = False) -> Document:
        """Have the service of one row running as a container; its contract, by which other containers reach it."""
        url = self.world.companions.start_contained(row["service"])
        return contracts.contract(row, url, self._probed_at(row["service"], probed))

    def _probed_at(self, name: str, probed: bool) -> str | None:
        return self.world.companions.ready_path(name) if probed else None

    def _interface(self, met: Met) -> Interface:
        if isinstance(met.deployment, DriverDeployment):
            return PythonInterface(met.deployment, self.world.show)
        if isinstance(met.deployment, RemoteDeployment):
            self._cleanup = RegistryCleanup(self.world.system, met.deployment)
        system = self.world.system
        token = system.token(ADMIN) if ADMIN in system.identities else None
        client = met.client or self.world.client_for(met.deployment.url, met.deployment.authority)
        return HttpInterface(client, system, token)

    def _tidy(self, met: Met, interface: Interface) -> str:
        if self._cleanup is not None:
            return self._cleanup.leave(interface)
        met.lease.dirty = met.lease.dirty or not emptied(interface)
        return ""


def caio(world: World) -> Caio:
    """The scenario's dealings with CAIO."""
    return world.part(Caio)

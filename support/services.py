"""The real AI services behind an orchestrator in one scenario, each behind a proxy that counts and can misbehave."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from support.deployments import CompanionProcess, ContainerCompanion, Lease, LeasePool
from support.deployments.readiness import look
from support.faults import PASS, REFUSE, Behaviour, Fault, FaultyProxy, Killed, NetworkFault, Paused
from support.faults.proxy import HOST
from support.interfaces import contracts
from support.outcomes import Broken
from support.systems import System

COMPANION = "backend"
"""What ``system.yaml`` calls the AI services under ``companions``."""


class RealServices:
    """Starts services, breaks them, heals them, and gives them back at the end of the scenario.

    ``faults`` are all that befell them, in order, healed or not.
    """

    def __init__(self, system: System, pool: LeasePool, *, contained: bool = False) -> None:
        self._system, self._pool, self._contained = system, pool, contained
        self._reached_at = pool.containers.gateway if contained else HOST
        """The address that proxies listen on: where the system under test can reach them, and nobody else."""
        self._leases: dict[str, Lease] = {}
        self._proxies: dict[str, FaultyProxy] = {}
        self._faults: dict[str, Fault] = {}
        self.faults: list[Fault] = []

    def start(self, row: Mapping[str, str], *, probed: bool = False) -> contracts.Document:
        """Have the service of one row of a table running; its contract, which says where it can be reached.

        ``probed`` has the contract say where its health can be asked for; otherwise only calls tell how it is.
        """
        name = row["service"]
        self._leases[name] = self._pool.companion(COMPANION, name, contained=self._contained)
        self._proxies[name] = FaultyProxy(self.process(name).url, self._reached_at)
        health = self._system.companion(COMPANION).ready if probed else None
        return contracts.contract(row, self._proxies[name].url, health)

    def start_contained(self, row: Mapping[str, str], *, probed: bool = False) -> contracts.Document:
        """Have the service of one row running as a container; its contract, by which other containers reach it.

        No proxy stands before it: what befalls it befalls the container or its network.
        """
        name = row["service"]
        self._leases[name] = self._pool.companion(COMPANION, name, contained=True)
        health = self._system.companion(COMPANION).ready if probed else None
        return contracts.contract(row, self.container(name).inside_url, health)

    def serve_containers(self) -> None:
        """From now on have services listen where the containers of this run reach them, whatever they run as."""
        self._reached_at = self._pool.containers.gateway

    def any_called(self) -> bool:
        """Whether any service has been called yet."""
        return any(self.calls(name) for name in self._proxies)

    def container(self, name: str) -> ContainerCompanion:
        """The container of a service. Raises Broken if it runs otherwise."""
        found = self.process(name)
        if not isinstance(found, ContainerCompanion):
            raise Broken(f"{name!r} does not run as a container")
        return found

    def process(self, name: str) -> CompanionProcess | ContainerCompanion:
        """How a service runs. Raises Broken if the scenario has started none of that name."""
        if name not in self._leases:
            raise Broken(f"no real service {name!r} runs; there are: {', '.join(self._leases) or 'none'}")
        deployment = self._leases[name].deployment
        if not isinstance(deployment, CompanionProcess | ContainerCompanion):
            raise Broken(f"{name!r} is not a process of its own but {deployment.kind}")
        return deployment

    def kill(self, name: str) -> None:
        """Kill the service without warning; from then on connections to it are refused."""
        if name in self._proxies:
            self._proxies[name].behave(REFUSE)
        self.befall(name, Killed(self.process(name), f"{name} killed", lambda: self.well(name)))

    def hang(self, name: str) -> None:
        """Freeze the service: connections are accepted, nothing is answered."""
        self.befall(name, Paused(self.process(name), f"{name} frozen", lambda: self.well(name)))

    def misbehave(self, name: str, behaviour: Behaviour) -> None:
        """Have the network before the service misbehave."""
        self.befall(name, NetworkFault(self._proxies[name], behaviour, name, lambda: self.well(name)))

    def befall(self, name: str, fault: Fault) -> None:
        """Have a fault befall the service, until it is healed or the scenario ends."""
        self._faults[name] = fault
        self.faults.append(fault)
        fault.inject()

    def heal(self, name: str) -> None:
        """Bring the service back, at the same address."""
        self._faults.pop(name).heal()
        if name in self._proxies:
            self._proxies[name].behave(PASS)

    def calls(self, name: str) -> list[str]:
        """The calls that have reached the service's address, such as ``POST /chat``; probes are left out."""
        probe = f"GET {self._system.companion(COMPANION).ready}"
        return [call for call in self._proxies[name].requests if call != probe]

    def give_back(self, failed: bool) -> list[str]:
        """Heal what is broken, close the proxies and give the services back; what could not be done, in words."""
        troubles = [trouble for name in list(self._faults) if (trouble := _attempt(lambda name=name: self.heal(name)))]  # type: ignore[misc]
        for proxy in self._proxies.values():
            proxy.close()
        for lease in self._leases.values():
            lease.dirty = failed or bool(troubles)
            self._pool.release(lease)
        self._leases.clear()
        return troubles

    def well(self, name: str) -> bool:
        """Whether the service itself is well; what the system under test makes of it is another matter."""
        return look(self.process(name).url, self._system.companion(COMPANION).ready).ready


def _attempt(action: Callable[[], None]) -> str:
    try:
        action()
    except Broken as error:
        return str(error)
    return ""

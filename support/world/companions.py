"""The services beside a system in one scenario, each behind a proxy that counts calls and can misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from support.base.outcomes import Broken, NotVerified
from support.base.systems import System
from support.deployments import CompanionProcess, ContainerCompanion, Lease, LeasePool
from support.deployments.readiness import probe
from support.faults import PASS, REFUSE, Behaviour, Fault, FaultyProxy, Killed, NetworkFault, Paused
from support.faults.proxy import HOST


class KeptProxy(FaultyProxy):
    """A proxy that is kept for later scenarios."""

    @property
    def running(self) -> bool:
        """Whether it has not been closed."""
        return not self._loop.is_closed()

    def start(self) -> None:
        """Nothing: it listens from the moment that it is made."""


class Companions:
    """Starts companions, breaks them, heals them, and gives them back at the end of the scenario.

    ``faults`` are all that were injected, in order, healed or not.
    """

    def __init__(self, system: System, pool: LeasePool, *, contained: bool = False) -> None:
        self._system, self._pool, self._contained = system, pool, contained
        self._reached_at = pool.containers.gateway if contained else HOST
        """The address that proxies listen on: where the system under test can reach them, and nobody else."""
        self._kinds: dict[str, str] = {}
        self._leases: dict[str, Lease] = {}
        self._proxies: dict[str, FaultyProxy] = {}
        self._faults: dict[str, Fault] = {}
        self.faults: list[Fault] = []
        self._urls: dict[str, list[str]] = {}

    def start(self, name: str, kind: str | None = None) -> str:
        """Have a companion of this name running; the URL at which the system under test reaches it, by a proxy.

        ``kind`` is its name under ``companions`` of the system's definition; the only one there, if it is not given.
        """
        self._kinds[name] = kind = kind or self.only_kind()
        self._leases[name] = self._pool.companion(kind, name, contained=self._contained)
        self._proxies[name] = FaultyProxy(self.process(name).url, self._reached_at)
        return self._proxies[name].url

    def start_all(self, names: Iterable[str]) -> None:
        """Have companions of these names running. Raises NotVerified if the system cannot be told where they are."""
        kind = self.only_kind()
        if self._system.companion(kind).urls is None:
            raise NotVerified(f"{self._system.path} does not declare companions.{kind}.urls, which this needs")
        for name in names:
            self._kinds[name] = kind
            self._leases[name] = self._pool.companion(kind, name, contained=self._contained)
            self._proxies[name] = self._kept_proxy(self.process(name).url)
            self._urls.setdefault(kind, []).append(self._proxies[name].url)

    def _kept_proxy(self, target: str) -> FaultyProxy:
        """The proxy before a running companion, for all scenarios: they can share a system that knows its address."""
        listening = self._reached_at
        kept = self._pool.auxiliary.get(f"proxy-{urlsplit(target).port}", lambda *_: KeptProxy(target, listening))
        kept.requests.clear()
        return kept

    @property
    def are_known_and_failed(self) -> bool:
        """Whether faults were injected into companions whose addresses the system was started with."""
        return bool(self._urls and self.faults)

    def environment(self) -> dict[str, str]:
        """The settings by which the system is told where those companions are."""
        declared = {kind: self._system.companion(kind).urls for kind in self._urls}
        return {variable: ",".join(self._urls[kind]) for kind, variable in declared.items() if variable}

    def start_contained(self, name: str, kind: str | None = None) -> str:
        """Have a companion running as a container; the URL at which other containers reach it.

        No proxy stands before it: faults are injected into the container or its network.
        """
        self._kinds[name] = kind = kind or self.only_kind()
        self._leases[name] = self._pool.companion(kind, name, contained=True)
        return self.container(name).inside_url

    def ready_path(self, name: str) -> str:
        """Where the companion says whether it is up."""
        return self._system.companion(self._kinds[name]).ready

    def only_kind(self) -> str:
        """The kind of companion that the definition declares. Raises NotVerified for none, Broken for several."""
        kinds = list(self._system.companions)
        if not kinds:
            raise NotVerified(f"{self._system.path} declares no companions, which this scenario needs")
        if len(kinds) > 1:
            raise Broken(f"{self._system.path} declares several companions ({', '.join(kinds)}): say which is meant")
        return kinds[0]

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
            raise Broken(f"no companion {name!r} runs; there are: {', '.join(self._leases) or 'none'}")
        deployment = self._leases[name].deployment
        if not isinstance(deployment, CompanionProcess | ContainerCompanion):
            raise Broken(f"{name!r} is not a process of its own but {deployment.kind}")
        return deployment

    def kill(self, name: str) -> None:
        """Kill the service without warning; from then on connections to it are refused."""
        if name in self._proxies:
            self._proxies[name].behave(REFUSE)
        self.inject(name, Killed(self.process(name), f"{name} killed", lambda: self.well(name)))

    def hang(self, name: str) -> None:
        """Freeze the service: connections are accepted, nothing is answered."""
        self.inject(name, Paused(self.process(name), f"{name} frozen", lambda: self.well(name)))

    def misbehave(self, name: str, behaviour: Behaviour) -> None:
        """Have the network before the service misbehave."""
        self.inject(name, NetworkFault(self._proxies[name], behaviour, name, lambda: self.well(name)))

    def inject(self, name: str, fault: Fault) -> None:
        """Inject a fault into a companion, until it is healed or the scenario ends."""
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
        probe = f"GET {self.ready_path(name)}"
        return [call for call in self._proxies[name].requests if call != probe]

    def give_back(self, failed: bool) -> list[str]:
        """Heal what is broken, close the proxies and give the services back; what could not be done, in words."""
        troubles = [trouble for name in list(self._faults) if (trouble := _attempt(lambda name=name: self.heal(name)))]  # type: ignore[misc]
        for proxy in self._proxies.values():
            if not isinstance(proxy, KeptProxy):
                proxy.close()
        for lease in self._leases.values():
            lease.dirty = failed or bool(troubles)
            self._pool.release(lease)
        self._leases.clear()
        return troubles

    def well(self, name: str) -> bool:
        """Whether the service itself is well; what the system under test makes of it is another matter."""
        return probe(self.process(name).url, self.ready_path(name)).ready


def _attempt(action: Callable[[], None]) -> str:
    try:
        action()
    except Broken as error:
        return str(error)
    return ""

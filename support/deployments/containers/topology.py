"""A system of several named processes over stores of its own, as the services of its compose file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from support.base.entries import ContainerEntry
from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.containers.deployment import ANY_ADDRESS, ContainerDeployment
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.server import Launch
from support.deployments.containers.store import ContainerStore
from support.deployments.process import filled
from support.deployments.secrets import secrets_of
from support.deployments.topology import TopologyDeployment


class Service(ContainerDeployment):
    """One replica of a process; ``known`` says what placeholders stand for inside its container."""

    def __init__(
        self,
        system: System,
        name: str,
        entry: ContainerEntry,
        topology: ContainerTopology,
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
        known: Callable[[], dict[str, str]],
    ) -> None:
        self.name, self._known = name, known
        super().__init__(system, {}, settings, scratch, host)
        self._topology, self.entry = topology, entry
        self.data, self.files = topology.data, topology.files
        self.network = topology.network
        self.changes["aliases"] = [entry.service]

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings it is given, placeholders filled in with what is true inside the containers."""
        declared = {**self.entry.environment, **self._topology.added}
        return filled(declared, self._bindings(), str(self.system.path))

    def _bindings(self) -> dict[str, str]:
        return self._known()

    def _launched(self) -> Launch:
        self.variables = self._topology.variables
        launch = super()._launched()
        launch.title, launch.ready = self.name, self.system.processes[self._topology.process_of(self)].ready.path
        return launch


class ContainerTopology(TopologyDeployment):
    """The services of a compose file as the processes and stores of a system, on a network of their own.

    ``data`` is the folder that all processes share. What the compose file does not say stands in
    ``deployments.container`` of the definition (support/base/services.py).
    """

    kind = "container"

    def __init__(
        self,
        system: System,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        host: ContainerHost,
    ) -> None:
        if system.deployments.container is None:
            raise UsageError(f"{system.path}: deployments has no container, so {system.says} cannot be run as one")
        self._host, self._declared = host, system.deployments.container
        self.network = host.new_network("topology")[0]
        super().__init__(system, environment, settings, scratch)

    @property
    def added(self) -> dict[str, str | None]:
        """The settings that are added to those of every process."""
        return self._added

    @property
    def variables(self) -> dict[str, str]:
        """What the variables of the compose file stand for that its stores need."""
        return {name: value for store in self._kept.values() for name, value in store.variables.items()}

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings that its processes are given, placeholders filled in."""
        found: dict[str, str | None] = {}
        for process in self.processes.values():
            for replica in process.replicas:
                found.update(replica.environment if isinstance(replica, Service) else {})
        return found

    def secrets(self) -> list[str]:
        """Tokens, the values of secret settings, and the passwords of the stores."""
        passwords = [secret for store in self.stores.values() for secret in store.secrets()]
        return [*secrets_of(self.system, self.environment), *passwords]

    def close(self) -> None:
        """End and remove all containers, then their network."""
        super().close()
        self._host.engine.remove_network(self.network)

    def process_of(self, service: Service) -> str:
        """The name of the process that a service is a replica of."""
        return next(name for name, each in self._declared.processes.items() if service.entry.service in each.services)

    @property
    def _kept(self) -> dict[str, ContainerStore]:
        return {name: store for name, store in self.stores.items() if isinstance(store, ContainerStore)}

    def _store(self, name: str) -> ContainerStore:
        entry, folder = self._declared.stores[name], self.folder / f"store-{name}"
        return ContainerStore(self.system, name, entry, self.network, self._settings, folder, self._host)

    def _replicas_of(self, name: str) -> int:
        return len(self._declared.processes[name].services)

    def _replica(self, name: str, number: int) -> Service:
        declared = self._declared.processes[name]
        service = declared.services[min(number, len(declared.services)) - 1]  # one more is like the last one
        entry = self._declared.model_copy(update={"service": service, "port": declared.port})
        folder, known = self.folder / f"{name}-{number}", lambda: self._bindings(name, number, declared.port)
        return Service(self.system, service, entry, self, self._settings, folder, self._host, known)

    def _bindings(self, name: str, number: int, port: int) -> dict[str, str]:
        """What the placeholders stand for inside the containers."""
        firsts = {each: (made.services[0], made.port) for each, made in self._declared.processes.items()}
        return {
            **self.system.bindings(Path(self._declared.data), ANY_ADDRESS, self._declared.processes[name].port),
            **{f"port_{each}": str(inside) for each, (_, inside) in firsts.items()},
            **{f"url_{each}": f"http://{service}:{inside}" for each, (service, inside) in firsts.items()},
            **{f"store_{each}": store.inside_url for each, store in self._kept.items()},
            "number": str(number),
            "region": self._entries[name].region or "",
        }

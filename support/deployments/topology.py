"""A system of several named processes over stores of its own, as one deployment and each part by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from support.base.entries import Command, Profile
from support.base.outcomes import Broken, DeploymentFailed
from support.base.placeholders import fill
from support.base.settings import Settings
from support.base.systems import System
from support.base.topology import ProcessEntry, Readiness, entry_of
from support.base.upstreams import UpstreamAddress
from support.deployments import stores
from support.deployments.journal import RunJournal
from support.deployments.named_process import NamedProcess, ProcessGroup, Replica, total
from support.deployments.ports import HOST
from support.deployments.process import filled, make_folders
from support.deployments.processes import Usage
from support.deployments.readiness import ready_path
from support.deployments.secrets import secrets_of
from support.deployments.server import Launch, ServerProcess
from support.deployments.stores.base import Store
from support.deployments.surroundings import Surroundings
from support.deployments.templates import render


class Relay(Protocol):
    """Stands before a store and passes its connections on; ``store_url`` is the connection URL by way of it."""

    @property
    def store_url(self) -> str: ...

    def close(self) -> None: ...


MakeRelay = Callable[[Store], Relay]


class TopologyDeployment:
    """The processes of a system in their order and its stores, each in a folder below ``scratch``.

    Starting, stopping, killing and freezing mean the processes; the stores run from the first start until close().
    ``environment`` is added to that of every process; ``relay`` makes what stands before a store with ``proxy``;
    ``profile`` may add arguments and other templates.
    """

    kind = "process"

    def __init__(
        self,
        system: System,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        journal: RunJournal | None = None,
        relay: MakeRelay | None = None,
        profile: Profile | None = None,
    ) -> None:
        self.system = system
        self.folder = scratch.resolve()
        self.data = self.folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.files = system.paths(self.data)
        make_folders(system, self.files)
        self._settings, self._journal, self._added = settings, journal, dict(environment)
        self._profile = profile or Profile()
        self._entries = entries(system)
        self._around = Surroundings(system, self._entries.values(), settings, self.folder, journal)
        self._entry = entry_of(self._entries)
        self._failed: Replica | None = None
        self._marks: list[dict[str, int]] = []
        self._trust: tuple[Path | None, Path | None] = (None, None)
        self.stores = {name: self._store(name) for name in system.stores}
        self.relays = {n: relay(self.stores[n]) for n, store in system.stores.items() if store.proxy and relay}
        self.processes: dict[str, NamedProcess] = {}
        for name, entry in self._entries.items():
            make = partial(self._replica, name)
            self.processes[name] = NamedProcess(name, self._replicas_of(name), entry.region, make)

    @property
    def entry(self) -> NamedProcess:
        """The process that answers at the system's URL."""
        return self.processes[self._entry]

    @property
    def url(self) -> str:
        """Where its entry answers."""
        return self.entry.first.url

    @property
    def authority(self) -> Path | None:
        """The authority that the entry's certificate is verified by; None where it speaks plain HTTP."""
        return self._trust[0]

    @property
    def client_certificate(self) -> Path | None:
        """What clients show the entry; None where it asks for none."""
        return self._trust[1]

    def trust(self, authority: Path, client_certificate: Path | None) -> None:
        """From now on its entry speaks TLS: whom clients trust, and what they show."""
        self._trust = (authority, client_certificate)
        for replica in self.entry.replicas:
            replica.authority, replica.client_certificate = self._trust

    @property
    def running(self) -> bool:
        """Whether all wanted processes and all stores run."""
        parts: list[NamedProcess | Store] = [*self.processes.values(), *self.stores.values()]
        return self._around.running and all(part.running for part in parts)

    @property
    def upstreams(self) -> dict[str, UpstreamAddress]:
        """Where the system's upstreams are reached, by name."""
        return self._around.addresses

    @property
    def elsewhere(self) -> dict[str, str]:
        """The paths that another port answers, and the URL of that port."""
        return self._around.elsewhere

    @property
    def exit_code(self) -> int | None:
        """How the process ended that did not start, else the first of the entry."""
        return (self._failed or self.entry.first).exit_code

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings that its processes are given, placeholders filled in."""
        found: dict[str, str | None] = {}
        for process in self.processes.values():
            for number, replica in enumerate(process.replicas, 1):
                found.update(self._launch_on(process.name, number, replica.port).environment)
        return found

    def set_environment(self, environment: Mapping[str, str | None]) -> None:
        """Add other settings; they count from the next start on."""
        self._added.update(environment)

    def secrets(self) -> list[str]:
        """Tokens, the values of secret settings, and the passwords of the stores."""
        passwords = [secret for store in self.stores.values() for secret in store.secrets()]
        return [*secrets_of(self.system, self.environment), *passwords, *self._around.secrets()]

    def fill(self, text: str, where: str) -> str:
        """Fill in the placeholders of a text as for the entry. Raises UsageError for one that stands for nothing."""
        return fill(text, self._bindings(self._entry, 1, self.entry.first.port), where)

    def start(self) -> None:
        """Start the stores that do not run, then the processes in order, each when the one before is ready.

        Raises DeploymentFailed, naming the part, with its last log lines; no process runs then.
        """
        self._begin()
        for process in self.processes.values():
            self._start(process)

    def launch(self) -> None:
        """Start stores and processes, and wait only for what stands before the entry; for a start that may fail."""
        self._begin()
        names = list(self.processes)
        before = names.index(self._entry)
        for name in names[:before]:
            self._start(self.processes[name])
        for name in names[before:]:
            for replica in self.processes[name].replicas:
                replica.launch()

    def exit_within(self, seconds: float) -> int | None:
        """Wait for its entry to end by itself. Returns its exit code, or None if it still runs after ``seconds``."""
        return self.entry.first.exit_within(seconds)

    def stop(self, grace: float | None = None) -> int | None:
        """Ask the processes to end, the last one first. Returns the exit code of the entry."""
        codes = {process.name: process.stop(grace) for process in reversed(self.processes.values())}
        return codes[self._entry]

    def kill(self) -> None:
        """End all processes at once."""
        for process in self.processes.values():
            process.kill()

    def pause(self) -> None:
        """Freeze all processes."""
        for process in self.processes.values():
            process.pause()

    def resume(self) -> None:
        """Let them go on."""
        for process in self.processes.values():
            process.resume()

    def restart(self) -> None:
        """Stop the processes and start them again in order, at the same ports and on the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End processes, then proxies, then stores, for good; the folder goes with whoever made it."""
        parts: list[NamedProcess | Relay | Store | Surroundings]
        parts = [*self.processes.values(), self._around, *self.relays.values(), *self.stores.values()]
        for part in parts:
            part.close()

    def usage(self) -> Usage:
        """What all processes use together, without the stores."""
        return total(process.usage() for process in self.processes.values())

    def log_position(self) -> int:
        """Where the logs of the processes end now, as a number that logs() takes."""
        self._marks.append({name: process.log_position() for name, process in self.processes.items()})
        return len(self._marks)

    def logs(self, since: int = 0) -> str:
        """What the processes logged after a position, one after the other."""
        return "".join(self.logs_of(name, since) for name in self.processes)

    def logs_of(self, name: str, since: int = 0) -> str:
        """What one process logged after a position that log_position() gave."""
        return self.processes[name].logs(self._marks[since - 1][name] if since else 0)

    def of_region(self, region: str) -> ProcessGroup:
        """The processes of a region, in their order."""
        return ProcessGroup([process for process in self.processes.values() if process.region == region])

    def _begin(self) -> None:
        if any(replica.running for process in self.processes.values() for replica in process.replicas):
            raise Broken(f"{self.system.says} runs already, or a part of it does")
        self._failed = None
        self._around.begin()
        for store in self.stores.values():
            if not store.running:
                store.start()
        render(self.system, self.files, self._bindings(self._entry, 1, self.entry.first.port), self._profile.files)

    def _start(self, process: NamedProcess) -> None:
        try:
            process.start()
        except DeploymentFailed:
            self._failed = next(replica for replica in process.replicas if not replica.running)
            self.kill()
            raise
        for replica in process.replicas:
            if isinstance(replica, ServerProcess):
                self._check(replica)

    def _check(self, replica: ServerProcess) -> None:
        try:
            self._around.check(replica.pid or 0)
        except DeploymentFailed:
            self.kill()
            raise

    def _store(self, name: str) -> Store:
        declared, folder = self.system.stores[name], self.folder / f"store-{name}"
        return stores.make(declared.kind, name, self._settings, folder, self._journal, declared.disk)

    def _replicas_of(self, name: str) -> int:
        return self._entries[name].replicas

    def _replica(self, name: str, number: int) -> Replica:
        launch, folder = partial(self._launch_on, name, number), self.folder / f"{name}-{number}"
        replica = ServerProcess(launch, self._settings, folder, self._journal, shared_port=True)
        if name == self._entry:
            replica.authority, replica.client_certificate = self._trust
        return replica

    def _launch_on(self, name: str, number: int, port: int) -> Launch:
        entry, where = self._entries[name], f"{self.system.path}: processes.{name}"
        bindings = self._bindings(name, number, port)
        which = f"{name} {number}" if self.processes[name].count > 1 else name
        probe = entry.ready.command
        added = self._profile.arguments if name == self._entry else []
        return Launch(
            title=f"the process {which} of {self.system.says}",
            command=[fill(part, bindings, where) for part in [*entry.command, *added]],
            environment=filled({**entry.environment, **self._added}, bindings, where),
            ready=entry.ready.path,
            ready_command=None if probe is None else [fill(part, bindings, where) for part in probe],
            ready_text=entry.ready.contains or "",
            start_timeout=self._around.start_timeout,
        )

    def _bindings(self, name: str, number: int, port: int) -> dict[str, str]:
        """What the placeholders stand for in one replica."""
        firsts = {process.name: process.first for process in self.processes.values()}
        return {
            **self.system.bindings(self.data, HOST, port),
            **{f"port_{each}": str(first.port) for each, first in firsts.items()},
            **{f"url_{each}": first.url for each, first in firsts.items()},
            **{f"store_{each}": self._address(each) for each in self.stores},
            **self._around.bindings(),
            "number": str(number),
            "region": self._entries[name].region or "",
        }

    def _address(self, store: str) -> str:
        return self.relays[store].store_url if store in self.relays else self.stores[store].url


def entries(system: System) -> dict[str, ProcessEntry]:
    """The named processes of a system in their order; the one of deployments.process by the system's own name."""
    if system.processes or system.deployments.process is None:
        return system.processes
    command: Command = system.deployments.process
    path = ready_path(system)
    ready = Readiness(path=path) if path else Readiness(port=True)
    return {system.name: ProcessEntry(command=command.command, environment=command.environment, ready=ready)}

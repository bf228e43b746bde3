"""What stands around the processes of a published product: its installation, its upstreams and its further ports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from support.base import routes
from support.base.outcomes import DeploymentFailed, NotVerified
from support.base.settings import Settings
from support.base.systems import System
from support.base.topology import ProcessEntry
from support.base.upstreams import UpstreamAddress
from support.deployments import isolation, processes
from support.deployments.installations import Installed, installed
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST, HeldPort
from support.deployments.upstreams import UpstreamPair

REQUIRED = "required"


class Surroundings:
    """Made with a deployment and kept until it is closed; a restart of the system leaves it as it is."""

    def __init__(
        self,
        system: System,
        entries: Iterable[ProcessEntry],
        settings: Settings,
        scratch: Path,
        journal: RunJournal | None,
    ) -> None:
        self._system = system
        self._pairs = {
            name: UpstreamPair(
                name, settings, scratch, journal, key=system.upstream_key, models=routes.models_of(system.routes, name)
            )
            for name in system.upstreams
        }
        ports = {name: endpoints for entry in entries for name, endpoints in entry.ports.items()}
        self._ports = {name: HeldPort() for name in ports}
        self._endpoints = {endpoint: name for name, endpoints in ports.items() for endpoint in endpoints}
        self._installed: Installed | None = None

    @property
    def addresses(self) -> dict[str, UpstreamAddress]:
        """Where the upstreams are reached, by name, in the order of the definition."""
        return {name: pair.address for name, pair in self._pairs.items()}

    @property
    def elsewhere(self) -> dict[str, str]:
        """The paths that another port answers than the entry's own, and the URL of that port."""
        return {
            self._system.endpoints[endpoint]: f"http://{HOST}:{self._ports[port].number}"
            for endpoint, port in self._endpoints.items()
        }

    @property
    def running(self) -> bool:
        """Whether all upstreams run."""
        return all(pair.running for pair in self._pairs.values())

    @property
    def start_timeout(self) -> float | None:
        """Seconds that a start may take; None where the suite's own limit counts."""
        return self._system.installation.start_timeout if self._system.installation else None

    def secrets(self) -> list[str]:
        """The keys of the upstreams."""
        return [secret for pair in self._pairs.values() for secret in pair.secrets()]

    def begin(self) -> None:
        """Start what does not run yet. Raises DeploymentFailed, and NotVerified where the system must not run here."""
        if self._system.isolation == REQUIRED and isolation.outside() is None:
            raise NotVerified(
                f"{self._system.title} listens on all interfaces, so it is only run in a network namespace of its own, "
                f"and this run is in none: {isolation.why_not()}"
            )
        if self._system.installation is not None:
            self._install()
        for pair in self._pairs.values():
            if not pair.running:
                pair.start()

    def check(self, pid: int) -> None:
        """See that a process that was started listens on loopback alone. Raises DeploymentFailed otherwise."""
        if self._system.installation is None or isolation.outside() is not None:
            return
        if open_to_all := [address for address in processes.listening(pid) if not address.startswith("127.")]:
            raise DeploymentFailed(
                f"{self._system.title} listens beyond loopback, on {', '.join(open_to_all)}: have it listen on {HOST}, "
                f"or declare `isolation: {REQUIRED}` in {self._system.path}"
            )

    def bindings(self) -> dict[str, str]:
        """What its placeholders stand for."""
        found = {f"port_{name}": str(port.number) for name, port in self._ports.items()}
        for address in self.addresses.values():
            found |= address.bindings
        if self._system.installation is not None:
            found |= self._install().bindings(self._system.installation)
        return found

    def close(self) -> None:
        """End the upstreams and give the ports back."""
        for pair in self._pairs.values():
            pair.close()
        for port in self._ports.values():
            port.release()

    def _install(self) -> Installed:
        """The installation; a run makes it before it begins, so that here it is only looked up."""
        if self._installed is None:
            self._installed = installed(self._system)
        return self._installed

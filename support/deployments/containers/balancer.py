"""The load balancer before replicas, as its operator handles it: who gets requests, and who is spared them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from support.base.entries import ReplicasEntry
from support.base.outcomes import Broken
from support.base.settings import Settings
from support.base.systems import System
from support.base.waiting import until
from support.deployments.containers import compose
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.server import ContainerServer, Launch
from support.deployments.readiness import ready_path

_UP, _DOWN, _DRAINED = "UP", "DOWN", "DRAIN"
_ANSWERED, _WELL = "L7", "L7OK"
_HEADING = "# pxname,"
_LOOK = 5.0
"""Seconds in which the balancer must have told of its replicas."""


@dataclass(frozen=True, slots=True)
class Seat:
    """How the balancer sees one replica: its status and last check as it words them, requests under way, and counts."""

    name: str
    status: str
    check: str
    under_way: int
    requests: int
    retries: int

    @property
    def serving(self) -> bool:
        """Whether it is given requests; a check or two may have failed meanwhile, as in ``UP 1/2``."""
        return self.status.startswith(_UP)

    @property
    def failed(self) -> bool:
        """Whether it is given no requests because it was found unwell."""
        return self.status.startswith(_DOWN)

    @property
    def waiting(self) -> bool:
        """Whether it was found well, and is given no requests because it was told so."""
        return self.status == _DRAINED and self.well

    @property
    def answering(self) -> bool:
        """Whether it answered its last check, whatever it said."""
        return self.check.startswith(_ANSWERED)

    @property
    def well(self) -> bool:
        """Whether its last check succeeded."""
        return self.check == _WELL

    def __str__(self) -> str:
        return f"{self.name}: {self.status}, check {self.check or 'none'}, {self.under_way} under way"


class Balancer(ContainerServer):
    """The balancer of a compose file, handled by the command of its runtime API that the definition names."""

    def __init__(self, system: System, entry: ReplicasEntry, settings: Settings, scratch: Path, host: ContainerHost):
        self._system, self._entry = system, entry
        super().__init__(host, self._launched, settings, scratch.resolve())

    def ask(self, line: str) -> str:
        """Hand it one line of its runtime API. Returns what it says. Raises Broken if it cannot be reached."""
        ran = self.run([*self._entry.ask, line])
        if ran.exit_code != 0:
            raise Broken(f"the balancer could not be asked to {line!r}: exit code {ran.exit_code}: {ran.output}")
        return ran.output.strip()

    def seats(self) -> dict[str, Seat]:
        """How it sees each replica, by name."""
        # A busy engine now and then loses what a command wrote that it ran in a container.
        return until(
            lambda: seats_in(self.ask("show stat"), self._entry.backend), _LOOK, "the balancer to tell of its replicas"
        )

    def seat(self, name: str) -> Seat:
        """How it sees one replica. Raises Broken if it knows none of that name."""
        found = self.seats()
        if name not in found:
            raise Broken(f"the balancer knows no {name}; there are: {', '.join(found) or 'none'}")
        return found[name]

    def put_in(self, name: str) -> None:
        """Have a replica be given requests while it is found well."""
        self._set(name, "ready")

    def drain(self, name: str) -> None:
        """Have a replica be given no more requests; those under way go on, and its checks too."""
        self._set(name, "drain")

    def take_out(self, name: str) -> None:
        """Have a replica be left alone altogether."""
        self._set(name, "maint")

    def _set(self, name: str, state: str) -> None:
        if said := self.ask(f"set server {self._entry.backend}/{name} state {state}"):
            raise Broken(f"the balancer would not set {name} to {state!r}: {said}")

    def _launched(self) -> Launch:
        path, service = self._system.here / self._entry.compose, self._entry.balancer
        image = {self._entry.balancer_image: self.host.images.tools().id}
        spec = compose.specification(path, service, image)
        spec.network, spec.aliases = self.host.network, [service]
        return Launch(service, spec, self._entry.balancer_port, ready_path(self._system))


def seats_in(told: str, backend: str) -> dict[str, Seat]:
    """The replicas in what the balancer tells (HAProxy's ``show stat``); none if the table lacks its heading."""
    if not told.startswith(_HEADING):
        return {}
    rows = csv.DictReader(told.removeprefix("# ").splitlines())
    mine = [row for row in rows if row["pxname"] == backend and row["svname"] != "BACKEND"]
    return {row["svname"]: _seat(row) for row in mine}


def _seat(row: dict[str, str]) -> Seat:
    def count(column: str) -> int:
        return int(row.get(column) or 0)

    check = row.get("check_status", "").removeprefix("* ")
    return Seat(row["svname"], row["status"], check, count("scur"), count("stot"), count("wretr"))

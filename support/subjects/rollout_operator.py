"""The operator who replaces a version by another, replica by replica, as CAIO's runbook "rolling-update" says.

Nobody is sent to a new replica before the balancer has found it well; an old one gets no more requests before it is
stopped, and is stopped only when the new ones serve. Whatever goes wrong before that, the old version serves on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from support.base.outcomes import WaitedInVain
from support.base.waiting import consistently, until
from support.checks.shapes import read
from support.deployments import Replica, ReplicaSet
from support.deployments.containers.balancer import Balancer
from support.http import HttpClient

WATCHED = 1.5
"""Seconds for which the first new replica is watched before any old one goes: six checks of the balancer."""
_POLL = 0.1
"""Seconds between two looks at the balancer; each is a command that is run in its container."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that the operator did or saw, and when, on the monotonic clock."""

    at: float
    what: str


class GivenUp(Exception):
    """The new version is not as it should be; says what was seen. The old one is to serve on."""


@dataclass(slots=True)
class Operator:
    """Somebody who follows the runbook.

    ``patience`` is for how many seconds the operator waits for a replica; ``serving`` is the side that is meant to
    answer, ``operations`` the journal, ``versions`` what each replica said of itself when it began to serve.
    ``overlooked`` are replicas of a version that was given up which were ready all the same, as they said themselves.
    """

    replicas: ReplicaSet
    patience: float
    serving: list[Replica]
    operations: list[Operation] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    overlooked: list[str] = field(default_factory=list)

    def replace(self, image: str, patience: float | None = None) -> bool:
        """Replace the version that serves by that of an image. False if the new one was sick: the old one serves on.

        ``patience`` is for how many seconds the new version may answer that it is not ready, if not as long as usual.
        """
        new, old = self.replicas.opposite(self.serving), self.serving
        try:
            self._start(new, image, self.patience if patience is None else patience)
            for number, (one, other) in enumerate(zip(new, old, strict=True)):
                self._put_in(one)
                self._watch(new[: number + 1])
                self._drain(other)
        except GivenUp as error:
            self._note(f"gives the new version up: {error}")
            self.overlooked = [replica.name for replica in new if replica.running and replica.ready]
            self._back(old, new)
            return False
        self._stop(old)
        self.serving = new
        return True

    def look_up_versions(self) -> None:
        """Ask each replica that serves which version it is."""
        for replica in self.serving:
            self._look_up_version(replica)

    def told(self, name: str) -> bool:
        """Whether a replica has been given no more requests by the operator."""
        return any(operation.what == _draining(name) for operation in list(self.operations))

    def used(self, name: str) -> bool:
        """Whether the operator has let a replica get requests."""
        return any(operation.what == _using(name) for operation in list(self.operations))

    def stop_unannounced(self, replica: Replica) -> None:
        """Stop a replica as if nothing stood before it, against the runbook."""
        self._note(f"stops {replica.name}, and has not told the balancer")
        replica.stop(replica.grace)
        self._note(f"sees that {replica.name} has ended with exit code {replica.exit_code}")

    def _start(self, new: Sequence[Replica], image: str, patience: float) -> None:
        for replica in new:
            self._balancer.drain(replica.name)
            replica.image = image
            self._note(f"starts {replica.name}")
        self.replicas.launch(new)
        for replica in new:
            self._await(self._seen(replica, "answering"), self.patience, f"{replica.name} to answer")
            self._await(self._seen(replica, "waiting"), patience, f"{replica.name} to be found well")
            self._note(f"sees that {replica.name} is well")

    def _look_up_version(self, replica: Replica) -> None:
        client = HttpClient(replica.url, lambda _: None)
        self.versions[replica.name] = read(client.get(replica.system.endpoint("health")).json(), str, "version")
        client.close()

    def _put_in(self, replica: Replica) -> None:
        self._note(_using(replica.name))
        self._balancer.put_in(replica.name)
        self._await(lambda: self._up(replica), self.patience, f"{replica.name} to serve")
        self._look_up_version(replica)

    def _up(self, replica: Replica) -> bool:
        seat = self._balancer.seat(replica.name)
        if seat.failed:
            raise GivenUp(f"it gets sick when it is used; the balancer says: {seat}")
        return seat.serving

    def _watch(self, new: Sequence[Replica]) -> None:
        """See that the new replicas stay well when they are used: at first for a while, later that they still are."""
        seconds = WATCHED if len(new) == 1 else 0.0
        names = [replica.name for replica in new]
        serving: Callable[[], bool] = lambda: all(self._balancer.seat(name).serving for name in names)  # noqa: E731
        consistently(serving, seconds, f"{', '.join(names)} serving", _POLL, failing=GivenUp)

    def _drain(self, replica: Replica) -> None:
        """Have a replica get no more requests, and let those under way end; at last it is its own stop that waits."""
        self._note(_draining(replica.name))
        self._balancer.drain(replica.name)
        try:
            idle: Callable[[], bool] = lambda: self._balancer.seat(replica.name).under_way == 0  # noqa: E731
            until(idle, self.patience, f"the requests at {replica.name} to end", _POLL)
            self._note(f"sees that nothing is under way at {replica.name}")
        except WaitedInVain as error:
            self._note(str(error))

    def _back(self, old: Sequence[Replica], new: Sequence[Replica]) -> None:
        for replica in old:
            self._note(_using(replica.name))
            self._balancer.put_in(replica.name)
        for replica in new:
            self._drain(replica)
        self._stop(new)

    def _stop(self, replicas: Sequence[Replica]) -> None:
        """Leave replicas alone and stop them, all at once."""
        for replica in replicas:
            self._note(f"stops {replica.name}")
            self._balancer.take_out(replica.name)
        with ThreadPoolExecutor(len(replicas)) as pool:
            ended = list(pool.map(lambda replica: replica.stop(replica.grace), replicas))
        for replica, code in zip(replicas, ended, strict=True):
            self._note(f"sees that {replica.name} has ended with exit code {code}")

    def _seen(self, replica: Replica, how: Literal["answering", "waiting"]) -> Callable[[], bool]:
        """Whether the balancer sees a new replica so."""

        def seen() -> bool:
            if not replica.running:
                raise GivenUp(f"{replica.name} has ended with exit code {replica.exit_code}")
            return bool(getattr(self._balancer.seat(replica.name), how))

        return seen

    def _await(self, condition: Callable[[], bool], patience: float, what: str) -> None:
        try:
            until(condition, patience, what, _POLL)
        except WaitedInVain as error:
            raise GivenUp(
                f"{error}; the balancer says: {'; '.join(map(str, self._balancer.seats().values()))}"
            ) from error

    @property
    def _balancer(self) -> Balancer:
        return self.replicas.balancer

    def _note(self, what: str) -> None:
        self.operations.append(Operation(time.monotonic(), what))


def _using(name: str) -> str:
    return f"has {name} get requests"


def _draining(name: str) -> str:
    return f"has {name} get no more requests"

"""One named process of a system, in as many replicas as are wanted: started, ended, frozen and measured as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from support.base.outcomes import Broken
from support.deployments.processes import Usage, added
from support.deployments.readiness import Probe


class Replica(Protocol):
    """One server of a named process, be it a process of this machine or a container."""

    authority: Path | None
    client_certificate: Path | None
    notes: list[str]
    ready_seconds: list[float]

    @property
    def url(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def running(self) -> bool: ...

    @property
    def exit_code(self) -> int | None: ...

    def probe(self) -> Probe: ...

    def start(self) -> None: ...

    def launch(self) -> None: ...

    def exit_within(self, seconds: float) -> int | None: ...

    def stop(self, grace: float | None = None) -> int | None: ...

    def kill(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def restart(self) -> None: ...

    def close(self) -> None: ...

    def usage(self) -> Usage: ...

    def log_position(self) -> int: ...

    def logs(self, since: int = 0) -> str: ...


class NamedProcess:
    """The replicas of one entry under ``processes``; ``make`` makes the one of a number, from 1, not started yet.

    A replica that is wanted no more is stopped, and keeps its port, log and number for when it is wanted again.
    """

    kind = "process"

    def __init__(self, name: str, count: int, region: str | None, make: Callable[[int], Replica]) -> None:
        self.name = name
        self.region = region
        self._make = make
        self._made: list[Replica] = []
        self._marks: list[list[int]] = []
        self.count = 0
        self._want(count)

    @property
    def replicas(self) -> list[Replica]:
        """Those that are wanted now."""
        return self._made[: self.count]

    @property
    def first(self) -> Replica:
        """The replica that others are told of."""
        return self._made[0]

    @property
    def running(self) -> bool:
        """Whether every wanted replica runs (frozen counts as running)."""
        return all(replica.running for replica in self.replicas)

    @property
    def well(self) -> bool:
        """Whether every wanted replica runs and is ready."""
        return all(replica.running and replica.probe().ready for replica in self.replicas)

    def start(self) -> None:
        """Start the wanted replicas that do not run, one after the other. Raises DeploymentFailed, naming the one."""
        for replica in self.replicas:
            if not replica.running:
                replica.start()

    def scale(self, count: int) -> None:
        """Have so many replicas running: the missing ones are started, those too many stopped, the last one first."""
        if count < 0:
            raise Broken(f"{count} processes {self.name} cannot run")
        former = self.count
        self._want(count)
        for replica in reversed(self._made[count:former]):
            replica.stop()
        self.start()

    def stop(self, grace: float | None = None) -> int | None:
        """Ask the replicas to end, the last one first, each with its grace. Returns the exit code of the first one."""
        codes = [replica.stop(grace) for replica in reversed(self.replicas)]
        return codes[-1] if codes else None

    def kill(self) -> None:
        """End them at once (SIGKILL)."""
        for replica in self._made:
            replica.kill()

    def pause(self) -> None:
        """Freeze them."""
        for replica in self.replicas:
            replica.pause()

    def resume(self) -> None:
        """Let them go on."""
        for replica in self.replicas:
            replica.resume()

    def restart(self) -> None:
        """Stop them, and start them again at the same ports."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End them for good and give their ports back."""
        for replica in self._made:
            replica.close()

    def usage(self) -> Usage:
        """What they use together."""
        return total(replica.usage() for replica in self.replicas)

    def log_position(self) -> int:
        """Where their logs end now, as a number that logs() takes; 0 is their beginning."""
        self._marks.append([replica.log_position() for replica in self._made])
        return len(self._marks)

    def logs(self, since: int = 0) -> str:
        """What they logged after a position, one replica after the other."""
        marks = self._marks[since - 1] if since else []
        starts = [*marks, *[0] * (len(self._made) - len(marks))]
        return "".join(replica.logs(start) for replica, start in zip(self._made, starts, strict=True))

    def _want(self, count: int) -> None:
        while len(self._made) < count:
            self._made.append(self._make(len(self._made) + 1))
        self.count = count


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """Named processes that are broken together, such as those of a region; given in their order of start."""

    processes: list[NamedProcess]

    @property
    def well(self) -> bool:
        """Whether all of them run and are ready."""
        return all(process.well for process in self.processes)

    def start(self) -> None:
        """Start those that do not run, in order."""
        for process in self.processes:
            process.start()

    def stop(self, grace: float | None = None) -> int | None:
        """Ask them to end, the last one first. Returns the exit code of the first one."""
        codes = [process.stop(grace) for process in reversed(self.processes)]
        return codes[-1] if codes else None

    def kill(self) -> None:
        """End them at once."""
        for process in self.processes:
            process.kill()

    def pause(self) -> None:
        """Freeze them."""
        for process in self.processes:
            process.pause()

    def resume(self) -> None:
        """Let them go on."""
        for process in self.processes:
            process.resume()

    def restart(self) -> None:
        """Stop them, and start them again in order."""
        self.stop()
        self.start()


def total(usages: Iterable[Usage]) -> Usage:
    """What several use together."""
    each = list(usages)
    return Usage(
        memory=sum(one.memory for one in each),
        cpu=sum(one.cpu for one in each),
        threads=sum(one.threads for one in each),
        processes=sum(one.processes for one in each),
        waited=added(one.waited for one in each),
    )

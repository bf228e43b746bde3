"""Runs a load from the suite's side: starts its processes, watches the server meanwhile, and brings back the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from support.base import clock
from support.base.outcomes import Broken, NotVerified, UsageError
from support.base.settings import Load
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST, HeldPort
from support.load.messages import End, FromMaster, Job, Progress
from support.load.noise import NoiseWatch
from support.load.plan import LoadPlan
from support.load.result import LoadResult, Usage
from support.load.supervisor import Supervisor

DEFAULT_PORT = Load().port
"""Where the master listens for workers of other machines; Locust's own port."""
_LOOK = 0.5
"""Seconds between two looks at the server."""
_NOISE = 2
"""Looks at the server for one at the machine."""
_POLL = 0.1
_LAST_WORDS = 5.0
"""Seconds that the engine has to hand in what it has when a load is cut short."""
_KINDS: dict[str, type[Exception]] = {"not verified": NotVerified, "usage": UsageError}


class ServerUsage(Protocol):
    """What a deployment says of the resources that it uses."""

    @property
    def memory(self) -> int: ...

    @property
    def cpu(self) -> float: ...

    @property
    def threads(self) -> int: ...

    @property
    def waited(self) -> float | None: ...


class LoadInterrupted(KeyboardInterrupt):
    """Ctrl-C while a load ran: everything of it has been ended, and ``result`` is what was measured until then."""

    def __init__(self, result: LoadResult | None) -> None:
        super().__init__("the load was interrupted")
        self.result = result


@dataclass(slots=True)
class Workers:
    """What sends: processes of this machine, and machines on which ``signoff load-worker`` runs (then ``local`` may be
    0). Those find the master at ``port``."""

    local: int = 1
    hosts: tuple[str, ...] = ()
    port: int = DEFAULT_PORT
    patience: float = Load().patience

    @classmethod
    def of(cls, load: Load) -> Workers:
        """As a run's settings say: so many processes of this machine, or other machines."""
        here, hosts = (load.workers, ()) if isinstance(load.workers, int) else (0, load.workers)
        return cls(here, hosts, load.port, load.patience)

    def at_most(self, number: int) -> Workers:
        """The first of them, if there are more than that: a load with fewer users has no work for the rest."""
        local = min(self.local, max(1, number))
        return replace(self, local=local, hosts=self.hosts[: max(1, number) - local])


def run(
    plan: LoadPlan,
    watch: Callable[[], ServerUsage] | None = None,
    workers: Workers | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    outside: bool = False,
    journal: RunJournal | None = None,
    run_id: str = "load",
) -> LoadResult:
    """Run a load to its end.

    ``watch`` says what the server uses; ``outside``: it is no child process of the suite. Raises UsageError,
    NotVerified or Broken, with the reason, when nothing could be measured, and LoadInterrupted on Ctrl-C.
    """
    load = LoadRun(plan, watch, workers, on_progress, outside=outside, journal=journal, run_id=run_id)
    load.start()
    return load.wait()


@dataclass(slots=True)
class LoadRun:
    """A load that runs in the background, so that other things can be done meanwhile."""

    plan: LoadPlan
    watch: Callable[[], ServerUsage] | None = None
    workers: Workers | None = None
    on_progress: Callable[[Progress], None] | None = None
    outside: bool = False
    journal: RunJournal | None = None
    run_id: str = "load"
    progress: Progress | None = None
    """The last that the engine said."""
    supervisor: Supervisor = field(init=False)
    _usages: list[tuple[float, ServerUsage]] = field(default_factory=list)
    _partial: LoadResult | None = None
    _noise: NoiseWatch = field(default_factory=NoiseWatch)
    _looked: tuple[float, int] = (0.0, 0)
    _port: HeldPort | None = None

    def start(self) -> None:
        """Start the processes of the load; returns at once."""
        workers = (self.workers or Workers()).at_most(self.plan.most_users)
        self._noise = NoiseWatch(self._cpu_outside if self.outside else None)
        bind, port = (HOST, self._held()) if not workers.hosts else ("*", workers.port)
        self.supervisor = Supervisor(self.run_id, self.journal)
        self.supervisor.start(
            Job(
                plan=_trusting(self.plan),
                bind=bind,
                port=port,
                local=workers.local,
                hosts=workers.hosts,
                patience=workers.patience,
            )
        )

    def wait(self) -> LoadResult:
        """Wait until it is over; its result. Raises as ``run`` does."""
        try:
            while (end := self.poll(_POLL)) is None:
                pass
        except KeyboardInterrupt:
            raise LoadInterrupted(self._interrupted()) from None
        finally:
            self.close()
        return end

    def poll(self, seconds: float = 0.0) -> LoadResult | None:
        """Look after the load for so long; its result once it is over. To be called a few times a second."""
        self._look()
        self._look_after_workers()
        return self._read(seconds)

    def stop(self, why: str) -> None:
        """Have it end early; the result is partial, for this reason."""
        self.supervisor.stop(why)

    def close(self) -> None:
        """End every process of it that still runs."""
        self.supervisor.end()
        if self._port is not None:
            self._port.release()
            self._port = None

    # -- inside

    def _held(self) -> int:
        self._port = HeldPort()
        return self._port.number

    def _look(self) -> None:
        """Look at the server, and now and then at the machine."""
        last, number = self._looked
        if time.monotonic() - last < _LOOK:
            return
        self._looked = (time.monotonic(), number + 1)
        if self.watch is not None:
            with suppress(Exception):  # a server that was just killed has nothing to tell
                self._usages.append((clock.now(), self.watch()))
        if number % _NOISE == 0:
            self._noise.look()

    def _cpu_outside(self) -> float:
        return self._usages[-1][1].cpu if self._usages else 0.0

    def _look_after_workers(self) -> None:
        for name, status in self.supervisor.dead_workers():
            self.stop(f"load worker {name} ended with exit code {status}, and what it sent last is missing")

    def _read(self, seconds: float) -> LoadResult | None:
        try:
            line = self.supervisor.said(seconds)
        except EOFError as end:
            return self._died(str(end))
        if line is None:
            return None
        said = FromMaster.model_validate_json(line).line
        if isinstance(said, End):
            return self._ended(said)
        self.progress = said
        self._partial = said.result or self._partial
        if self.on_progress is not None:
            self.on_progress(said)
        return None

    def _ended(self, end: End) -> LoadResult:
        if end.result is None:
            raise _KINDS.get(end.kind, Broken)(end.trouble)
        self._noise.look()
        return self._completed(end.result)

    def _died(self, why: str) -> LoadResult:
        if self._partial is None or not self._partial.samples:
            raise Broken(f"{why} before anything was measured; its last lines:\n{self.supervisor.last_lines()}")
        return self._completed(self._partial).cut(why)

    def _interrupted(self) -> LoadResult | None:
        self.stop("interrupted")
        until = time.monotonic() + _LAST_WORDS
        while time.monotonic() < until:
            try:
                if (result := self._read(_POLL)) is not None:
                    return result
            except (Broken, NotVerified, KeyboardInterrupt):
                break
        return None if self._partial is None else self._completed(self._partial).cut("interrupted")

    def _completed(self, result: LoadResult) -> LoadResult:
        """The engine's result, with what was seen from here."""
        begin, end = result.started - _LOOK, result.started + result.seconds + _LOOK
        server = tuple(
            Usage(at=at - result.started, cpu=seen.cpu, memory=seen.memory, threads=seen.threads, waited=seen.waited)
            for at, seen in self._usages
            if begin <= at <= end
        )
        return result.model_copy(
            update={"server": server, "noise": self._noise.between(result.started, result.started + result.seconds)}
        )


def _trusting(plan: LoadPlan) -> LoadPlan:
    """With the authorities that the user trusts, where the plan names none; the engine sees nothing of the user's."""
    bundle = Path(os.environ.get("REQUESTS_CA_BUNDLE", ""))
    if plan.authority is not None or not plan.url.startswith("https:") or not bundle.is_file():
        return plan
    return plan.model_copy(update={"authority": bundle})

"""Several processes that serve one port as one: started, replaced when they die, told to stop, and answered for.

Each has a listener of its own at the same address (SO_REUSEPORT), and the kernel spreads new connections among them.
The listeners belong to the process that watches: when a worker dies, what waits at its listener waits for the next one.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chassis import logs
from chassis.stopping import Orders, StopSignals

REST_SECONDS = 1.0
"""Between two starts of the same worker, so that one that cannot live does not keep the machine busy."""

SIGNALLED = 128
"""Exit status of what a signal has ended, less the signal's number, as shells have it."""

Serve = Callable[[socket.socket, Orders], int]
"""Serves a listener until ordered to stop; gives the exit status. Runs in a process of its own."""


@dataclass(slots=True)
class Worker:
    """One place among the workers, and the process that fills it."""

    number: int
    listener: socket.socket
    pid: int | None = None
    orders: int = -1
    """Where orders to it are written."""
    ready: int = -1
    """Where it says that it serves."""
    started: float = float("-inf")
    serves: bool = False
    """Whether it has said so."""


class Workers:
    """Runs ``serve`` in a process for each listener until told to stop. ``buried`` learns of each that has died."""

    def __init__(
        self, listeners: Sequence[socket.socket], serve: Serve, stop: StopSignals, buried: Callable[[int], None]
    ) -> None:
        self._workers = [Worker(number, listener) for number, listener in enumerate(listeners, 1)]
        self._serve = serve
        self._stop = stop
        self._buried = buried
        self._log = logs.get("workers")
        self._told = 0
        self._serving = False
        self._complete = False
        self._status = 0

    def run(self) -> int:
        """Serve. The exit status: 0 after a clean stop, else that of the first worker to fail."""
        with woken_by_signals() as alarm:
            first = self._workers[0]
            self._start(first)
            # Whatever keeps the first from starting would keep all: it is said once.
            self._serving = self._has_started(first, alarm)
            if not self._serving:
                return self._status
            while any(worker.pid for worker in self._workers) or not self._told:
                self._bury()
                self._obey()
                self._fill()
                rest(alarm, REST_SECONDS / 4, *self._look())
        return self._status

    def _has_started(self, worker: Worker, alarm: int) -> bool:
        """Wait until a worker serves. False if it ended instead."""
        while True:
            self._bury()
            self._obey()
            if worker.pid is None:
                return False
            if worker.serves:
                return True
            rest(alarm, REST_SECONDS / 4, *self._look())

    def _look(self) -> list[int]:
        """Let all know once every worker serves. Gives what to wait at until then."""
        if self._complete:
            return []
        for worker in self._workers:
            if worker.pid is not None and not worker.serves and select.select([worker.ready], [], [], 0)[0]:
                # A file at its end can be read as well, and gives nothing.
                worker.serves = bool(os.read(worker.ready, 1))
        self._complete = all(worker.serves for worker in self._workers)
        if self._complete:
            self._order(Orders.COMPLETE)
        return [worker.ready for worker in self._workers if worker.pid is not None and not worker.serves]

    def _order(self, order: bytes) -> None:
        for worker in self._workers:
            with contextlib.suppress(OSError):
                os.write(worker.orders, order)

    def _fill(self) -> None:
        """Start a process for every empty place."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.pid is None and not self._told and now - worker.started >= REST_SECONDS:
                self._start(worker)

    def _start(self, worker: Worker) -> None:
        orders, ours = os.pipe()
        ready, theirs = os.pipe()
        worker.started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            # Only the watching process may hold the other ends, or its death would go unnoticed.
            for each in self._workers:
                close(each.orders, each.ready)
                if each is not worker:
                    each.listener.close()
            close(ours, ready)
            become(self._serve, worker.listener, Orders(orders, theirs))
        close(orders, theirs)
        worker.pid, worker.orders, worker.ready = pid, ours, ready
        if self._complete:
            os.write(ours, Orders.COMPLETE)

    def _bury(self) -> None:
        """Take note of processes that have ended."""
        for worker in self._workers:
            if worker.pid is None:
                continue
            pid, wait_status = os.waitpid(worker.pid, os.WNOHANG)
            if pid == 0:
                continue
            status = os.waitstatus_to_exitcode(wait_status)
            close(worker.orders, worker.ready)
            worker.pid, worker.orders, worker.ready, worker.serves = None, -1, -1, False
            self._buried(pid)
            if self._told or not self._serving:
                self._status = self._status or (status if status >= 0 else SIGNALLED - status)
            else:
                self._log.error("a worker has ended and is replaced", worker=worker.number, pid=pid, status=status)

    def _obey(self) -> None:
        """Pass on how often this process has been told to stop."""
        while self._told < self._stop.times:
            if not self._told:
                # From now on nobody is kept waiting at a listener that nobody serves.
                for worker in self._workers:
                    worker.listener.close()
            self._told += 1
            self._order(Orders.STOP)


def become(serve: Serve, listener: socket.socket, orders: Orders) -> None:
    """Be a worker. Never returns: what the watching process has still to do is not done twice."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        # A signal to the whole group reaches the watching process too, which passes it on.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        status = serve(listener, orders)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - nothing else would tell of it
        logs.log_uncaught(type(error), error, error.__traceback__)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


@contextlib.contextmanager
def woken_by_signals() -> Iterator[int]:
    """A file to wait at, which can be read once a signal has come."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    before = signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield reader.fileno()
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, before)
        reader.close()
        writer.close()


def rest(alarm: int, seconds: float, *others: int) -> None:
    """Wait until a signal comes, another file can be read, or some time has passed."""
    if alarm in select.select([alarm, *others], [], [], seconds)[0]:
        os.read(alarm, 4096)


def close(*files: int) -> None:
    """Close what is open of these."""
    for file in files:
        if file >= 0:
            os.close(file)

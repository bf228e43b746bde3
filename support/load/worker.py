"""A worker: sends its part of a load for a master, and reports every second what came of it."""

from __future__ import annotations

from support.load import engine  # first, since it patches what the others use

# isort: split
import os
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event

from support.load import open_files
from support.load.clock import CoreClock
from support.load.messages import SPEAKS, ToMaster, ToWorker
from support.load.plan import LoadPlan
from support.load.site import Site

_TICK = 0.05


class Worker:
    """One worker process, for one load."""

    def __init__(self, host: str, port: int, name: str) -> None:
        open_files.allow_most()
        self.name = name
        self._ended = Event()
        self._site: Site | None = None
        self._target: engine.Target | None = None
        self._runner = engine.worker(host, port)
        for message, handler in (
            (ToWorker.PLAN, self._on_plan),
            (ToWorker.BEGIN, self._on_begin),
            (ToWorker.END, self._on_end),
        ):
            self._runner.register_message(message, handler, concurrent=True)
        self._say(ToMaster.HELLO, name=name, hosts=_names_of_this_machine(), host=socket.gethostname(), speaks=SPEAKS)

    def serve(self) -> None:
        """Work until the master lets go. Raises ConnectionError if that was before it had any work."""
        self._runner.greenlet.join()
        if self._site is None:
            raise ConnectionError(f"{self.name} was not needed")

    def _on_plan(self, msg: Any, **_: Any) -> None:
        plan = LoadPlan.model_validate_json(msg.data["plan"])
        if msg.data["authority"]:
            plan = plan.model_copy(update={"authority": _kept(msg.data["authority"])})
        self._site = Site(plan, msg.data["index"], msg.data["workers"], msg.data["first"])
        self._target = engine.prepare(self._site)
        share = -(-plan.most_users // msg.data["workers"])
        cannot = "" if plan.is_open else open_files.allow(share)
        refuses, round_trip = ("", 0.0) if cannot else self._tried(self._target)
        self._say(ToMaster.READY, cannot=cannot, refuses=refuses, round_trip=round_trip)
        gevent.spawn(self._stand, self._site)

    def _tried(self, target: engine.Target) -> tuple[str, float]:
        """Why the target cannot be reached, and if it can, how many seconds it is away, there and back."""
        try:
            return "", target.try_out()
        except OSError as error:
            return str(error), 0.0

    def _stand(self, site: Site) -> None:
        """Say when all users of this worker are ready."""
        while not 0 < self._runner.target_user_count <= len(site.standing):
            gevent.sleep(_TICK)
        self._say(ToMaster.STANDING, cannot=site.cannot_connect)

    def _on_begin(self, **_: Any) -> None:
        assert self._site is not None
        self._site.begin()
        self._report(self._site)

    def _on_end(self, msg: Any, **_: Any) -> None:
        if self._site is None:
            return
        self._site.end()
        if not self._ended.wait(msg.data["grace"]):
            self._ended.set()

    def _report(self, site: Site) -> None:
        clock = CoreClock()
        next_one = site.tally.zero + (0 if site.plan.warm_up else 1)
        while not self._ended.is_set():
            while time.monotonic() < next_one and not self._ended.is_set():
                self._ended.wait(min(_TICK, max(0.001, next_one - time.monotonic())))
                if self._runner.user_count == 0:
                    self._ended.set()
            next_one = max(next_one + 1, time.monotonic())
            self._send(site, clock)
        self._send(site, clock, last=True)
        self._say(ToMaster.DONE)

    def _send(self, site: Site, clock: CoreClock, *, last: bool = False) -> None:
        now = time.monotonic()
        report = site.tally.taken(now, self._runner.user_count, last=last)
        share = clock.share()
        cpu = (share.seconds, share.used, share.waited)
        # What was used before, or while the last answers were waited for, says nothing of how busy sending was.
        measuring = share.lies_within(now, site.tally.zero, site.tally.end)
        self._say(ToMaster.REPORT, report=report.packed(), cpu=cpu, measuring=measuring)

    def _say(self, what: ToMaster, **values: Any) -> None:
        self._runner.send_message(what, values)


def _names_of_this_machine() -> list[str]:
    """By what a user may call this machine."""
    name = socket.gethostname()
    names = {name, name.partition(".")[0], socket.getfqdn()}
    with suppress(OSError):
        names |= {str(found[4][0]) for found in socket.getaddrinfo(name, None)}
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address leads out of this machine
        names.add(probe.getsockname()[0])
    return sorted(names)


def _kept(authority: str) -> Path:
    """As a file that clients can be told of; on Linux one without a place, so that it is gone with this process."""
    if sys.platform == "linux":
        handle = os.memfd_create("authority")
        path = Path(f"/proc/self/fd/{handle}")
    else:
        handle, name = tempfile.mkstemp(suffix=".pem", prefix="signoff-authority-")
        path = Path(name)
    os.write(handle, authority.encode())
    return path

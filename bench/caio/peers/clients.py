"""The client that everybody is asked by: wrk where it is installed, else a small one of our own; always one thread."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.caio.peers.environments import HERE
from bench.servers import NotAvailable
from support.base.settings import ROOT

PATIENCE = 30.0
"""Seconds beyond the time that was asked for, after which a client is given up."""
ANSWER_WITHIN = 10
"""Seconds after which an answer is counted as missing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a client saw: answers, how many of them were refusals or errors, requests without answer; times in ms."""

    answers: int
    refused: int
    broken: int
    seconds: float
    p50: float
    p95: float
    p99: float

    @classmethod
    def parse(cls, printed: str) -> Sample:
        """What the last line of a client's output says. Raises NotAvailable if it says nothing of the kind."""
        lines = printed.strip().splitlines()
        try:
            found = json.loads(lines[-1])
            times = {name: found[name] / 1000 for name in ("p50", "p95", "p99")}
            return cls(found["answers"], found["refused"], found["broken"], found["seconds"], **times)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise NotAvailable(f"the client gave no result: {lines[-1][:200] if lines else 'no output'}") from error

    @property
    def good(self) -> int:
        """Answers with status 200 to 399."""
        return self.answers - self.refused

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return self.good / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> float:
        """Share of requests, 0 to 1, without a good answer; all of them if there was none at all."""
        everything = self.answers + self.broken
        return (self.refused + self.broken) / everything if everything else 1.0


@dataclass(frozen=True, slots=True)
class Client:
    """A command that asks a server for a while."""

    name: str
    wrk: str | None

    def ask(
        self, url: str, request: Path, connections: int, seconds: float, first: int, pause_ms: float = 0.0
    ) -> Sample:
        """Send the request in the file, each time with the next number, over so many connections."""
        numbers = [str(request), str(first), f"{pause_ms:g}"]
        if self.wrk:
            options = ["-t1", f"-c{connections}", f"-d{_whole(seconds)}s", "--timeout", f"{ANSWER_WITHIN}s"]
            command = [self.wrk, *options, "-s", str(HERE / "wrk.lua"), url, "--", *numbers]
        else:
            own = ["-m", "bench.caio.peers.own_client", "--connections", str(connections), "--seconds", f"{seconds:g}"]
            command = [sys.executable, *own, url, *numbers]
        return Sample.parse(run(command, seconds + PATIENCE))


def client() -> Client:
    """The client that this machine has."""
    wrk = shutil.which("wrk")
    return Client("wrk" if wrk else "a client of our own (apt-get install wrk for a faster one)", wrk)


def run(command: Sequence[str], patience: float) -> str:
    """What a command prints. Raises NotAvailable if it fails."""
    try:
        done = subprocess.run(list(command), cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAvailable(f"the client could not measure: {error}") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotAvailable(f"the client ended with status {done.returncode}: {said[-1][:200] if said else 'no output'}")
    return done.stdout


def _whole(seconds: float) -> int:
    """wrk knows whole seconds only."""
    return max(1, round(seconds))

"""Servers that are measured: each a process on the loopback address, waited for, and ended with all it started."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from support.base.outcomes import WaitedInVain
from support.base.waiting import until
from support.deployments import processes
from support.deployments.ports import HOST

GRACE = 5.0
"""Seconds that a server has to end by itself."""
POLL = 0.1
RUN = f"bench-{os.getpid()}"
"""Stands in the environment of everything that is started, so that it can be found when this process was killed."""


class NotAvailable(Exception):
    """Something that was to be measured cannot be had here; the message says why to a reader of the figures."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started: a command, what is added to a clean environment, and where it works."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    port: int
    ready: str
    """A path that answers with 200 as soon as the server is ready."""
    patience: float = 30.0


class Server:
    """A running server; leaving the context ends it. Raises NotAvailable when it does not become ready."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self._log = launch.folder / "log.txt"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://{HOST}:{self.launch.port}"

    def __enter__(self) -> Server:
        launch = self.launch
        launch.folder.mkdir(parents=True, exist_ok=True)
        environment = processes.clean_environment(launch.environment, RUN)
        try:
            with self._log.open("wb") as log:
                self._process = processes.spawn(launch.command, environment, launch.folder, log)
            until(self._ready, launch.patience, f"{launch.name} to be ready", POLL)
        except (OSError, WaitedInVain) as error:
            self.end()
            raise NotAvailable(str(error)) from error
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def usage(self) -> processes.Usage:
        """What it and its children use now."""
        return processes.usage(self._process.pid) if self._process else processes.Usage(0, 0.0, 0, 0)

    def end(self) -> None:
        """Ask all its processes to end, and kill those that do not. May be called again."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def still_runs(self) -> None:
        """Raises NotAvailable, with its last words, when it has ended."""
        ended = self._process.poll() if self._process else 0
        if ended is not None:
            raise NotAvailable(f"it ended with status {ended}: {last_words(self._log)}")

    def _ready(self) -> bool:
        self.still_runs()
        with contextlib.suppress(OSError, http.client.HTTPException):
            return get(self.url, self.launch.ready)[0] == http.HTTPStatus.OK
        return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the processes of a session to end, kill those that do not, and wait for their head."""
    processes.signal_group(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    processes.signal_group(process.pid, signal.SIGKILL)
    process.wait()


def last_words(log: Path) -> str:
    """The last line that a process wrote."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")[:200]


def get(url: str, path: str) -> tuple[int, bytes]:
    """Status and body of one answer."""
    return ask(url, "GET", path, None, {})


def ask(url: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and body of the answer to one request, over a connection of its own."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()

"""What embedded stores have in common: one server process on a loopback port, ready when it answers as a store."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from support.base.outcomes import DeploymentFailed, WaitedInVain
from support.base.settings import Settings
from support.base.waiting import until
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST
from support.deployments.server import Launch, ServerProcess
from support.deployments.stores.base import Probe

LOG_LINES = 12
"""Log lines that a message about a failed start shows."""


class EmbeddedStore(ABC):
    """A store that runs here, in a folder of the run, for as long as the suite does."""

    kind: ClassVar[str]

    def __init__(self, name: str, settings: Settings, folder: Path, journal: RunJournal | None = None) -> None:
        self.name = name
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self._settings, self._journal = settings, journal
        self._password, self._suite_password = secrets.token_hex(16), secrets.token_hex(16)
        self._other_password = secrets.token_hex(16)
        self._server = ServerProcess(self._launch_on, settings, self.folder, journal)

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"the store {self.name} ({self.kind})"

    @property
    def port(self) -> int:
        """The port it listens on, the same across restarts."""
        return self._server.port

    @property
    def pid(self) -> int | None:
        """The number of its main process; None if it was never started."""
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether its main process runs."""
        return self._server.running

    @property
    def notes(self) -> list[str]:
        """What had to be done to it that is not as it should be, such as "had to be killed"."""
        return self._server.notes

    @property
    def url(self) -> str:
        """The connection URL for the application, credentials included."""
        return self.url_at(HOST, self.port)

    def url_at(self, host: str, port: int) -> str:
        """The same connection URL by way of another address."""
        return self._url(host, port, self._password)

    def start(self) -> None:
        """Start it and wait until it serves. Raises DeploymentFailed, with its last log lines, if it does not."""
        self._prepare()
        self._server.start()
        seen = Probe(False)

        def decided() -> bool:
            nonlocal seen
            seen = self._ready()
            return seen.ok or not self.running

        try:
            until(decided, self._settings.timeouts.start, f"{self.title} to serve")
        except WaitedInVain as error:
            self.kill()
            raise self._failed(f"does not serve ({seen.said})") from error
        if not self.running:
            raise self._failed("ended while it was starting")

    def stop(self, grace: float | None = None) -> int | None:
        """Ask it to end, wait ``grace`` seconds, then kill it and note that. Returns the exit code."""
        return self._server.stop(grace)

    def kill(self) -> None:
        """End all its processes at once (SIGKILL)."""
        self._server.kill()

    def restart(self) -> None:
        """Stop it if it runs, and start it again at the same port with the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it for good and give its port back; its folder goes with the run's."""
        self.kill()
        self._server.close()

    def log_position(self) -> int:
        """Where its log ends now."""
        return self._server.log_position()

    def logs(self, since: int = 0) -> str:
        """What it logged after a position."""
        return self._server.logs(since)

    def secrets(self) -> list[str]:
        """Its passwords, which no report may show."""
        return [self._password, self._suite_password, self._other_password]

    @abstractmethod
    def probe(self, url: str | None = None) -> Probe:
        """Connect anew by ``url`` (by default its own), write a value, read it back, and remove it."""

    @abstractmethod
    def _url(self, host: str, port: int, password: str) -> str:
        """The connection URL for the application."""

    @abstractmethod
    def _prepare(self) -> None:
        """Before each start: make what is missing of its data and configuration."""

    @abstractmethod
    def _ready(self) -> Probe:
        """Whether it serves, asked with the suite's own credentials."""

    @abstractmethod
    def _launch_on(self, port: int) -> Launch:
        """What is started on that port."""

    def _failed(self, how: str) -> DeploymentFailed:
        last = "\n".join(f"  {line}" for line in self.logs().splitlines()[-LOG_LINES:]) or "  (it wrote nothing)"
        return DeploymentFailed(f"{self.title} did not start: it {how}; its last lines:\n{last}")

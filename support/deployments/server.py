"""A server process on a loopback port: started until ready, stopped, killed, frozen, restarted, with its log kept."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.base.outcomes import Broken, DeploymentFailed, WaitedInVain
from support.base.settings import Settings
from support.base.waiting import until
from support.deployments import processes
from support.deployments.journal import RunJournal
from support.deployments.logfile import LogFile
from support.deployments.ports import HOST, HeldPort
from support.deployments.readiness import Probe, probe, run

_ATTEMPTS = 3
"""Starts that are tried when the chosen port turns out to be taken."""


@dataclass(slots=True)
class Launch:
    """What is started: whose process it is, its command and environment, and the path that tells it is ready.

    Without a path it is ready when its port accepts connections or, if it is given, ``ready_command`` ends with 0. The
    path's answer must contain ``ready_text``. ``start_timeout``, in seconds, stands in for the suite's own limit.
    """

    title: str
    command: list[str]
    environment: dict[str, str | None]
    ready: str | None
    ready_command: list[str] | None = None
    ready_text: str = ""
    start_timeout: float | None = None


class ServerProcess:
    """One server process; ``launch`` is asked anew for each start, because the port may have changed before the first.

    The port is ``port``, or a free one that is chosen when the object is made and stays the same across restarts.
    ``shared_port`` says that others know it from the beginning: then no other is chosen where the first turns out to be
    taken.
    """

    kind = "process"

    def __init__(
        self,
        launch: Callable[[int], Launch],
        settings: Settings,
        folder: Path,
        journal: RunJournal | None = None,
        *,
        shared_port: bool = False,
        port: int = 0,
    ) -> None:
        self._launch = launch
        self._settings = settings
        self._journal = journal
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._port, self._shared_port = HeldPort(port), shared_port
        self._log = LogFile(folder / "log.txt")
        self._process: subprocess.Popen[bytes] | None = None
        self.authority: Path | None = None
        """The certificate of the authority that its own is verified by; None where it speaks plain HTTP."""
        self.client_certificate: Path | None = None
        """The certificate and key (PEM) that clients show it; None where it asks for none."""
        self.ready_seconds: list[float] = []
        """How long each start took until it was ready."""
        self.notes: list[str] = []
        """What had to be done to it that is not as it should be: "had to be killed", "left processes behind"."""

    def trust(self, authority: Path, client_certificate: Path | None) -> None:
        """From now on it speaks TLS: whom clients trust, and the certificate that they show, if it asks for one."""
        self.authority, self.client_certificate = authority, client_certificate

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{'https' if self.authority else 'http'}://{HOST}:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port.number

    @property
    def pid(self) -> int | None:
        """The number of its process; None if it was never started."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether its process runs (frozen counts as running)."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How its process ended: a status, or minus the number of the signal; None while it runs."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start it and wait until it is ready. Raises DeploymentFailed, with its last log lines, if it is not."""
        if self.running:
            raise Broken(f"{self._launch(self.port).title} runs already (process {self.pid})")
        for attempt in range(1, _ATTEMPTS + 1):
            position = self._log.position()
            self.launch()
            try:
                self._await_ready()
            except DeploymentFailed:
                taken = "address already in use" in self._log.since(position).lower()
                if attempt == _ATTEMPTS or not taken or self.ready_seconds:
                    raise
                self._choose_another_port(hold=attempt + 1 < _ATTEMPTS)
            else:
                return

    def launch(self) -> None:
        """Start its process and do not wait; for a start that is expected to fail."""
        launch = self._launch(self.port)
        environment = self._environment(launch)
        with self._log.path.open("ab") as output:
            try:
                self._process = processes.spawn(launch.command, environment, self.folder, output)
            except OSError as error:
                raise DeploymentFailed(f"{launch.title} cannot be started: {launch.command[0]}: {error}") from error
        if self._journal:
            self._journal.started(self._process.pid)

    def probe(self) -> Probe:
        """See once whether it is ready, as its launch says."""
        launch = self._launch(self.port)
        if launch.ready_command is None:
            return probe(self.url, launch.ready, self.authority, self.client_certificate, launch.ready_text)
        return run(launch.ready_command, self._environment(launch), self.folder)

    def exit_within(self, seconds: float) -> int | None:
        """Wait for it to end by itself. Returns its exit code, or None if it still runs after ``seconds``."""
        if self._process is None:
            raise Broken("it was never started")
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace: float | None = None) -> int | None:
        """Ask it to end (SIGTERM), wait ``grace`` seconds, then kill its group and note it. Returns the exit code."""
        if self._process is None:
            return None
        grace = self._settings.timeouts.stop if grace is None else grace
        if self.running:
            self._process.terminate()
            processes.signal_group(self._process.pid, signal.SIGCONT)
            if self.exit_within(grace) is None:
                self.notes.append(f"did not end within {grace:g} s of SIGTERM and had to be killed")
                processes.signal_group(self._process.pid, signal.SIGKILL)
            elif processes.group_left(self._process.pid):
                self.notes.append("left processes of its own behind, which had to be killed")
                processes.signal_group(self._process.pid, signal.SIGKILL)
        return self._process.wait()

    def kill(self) -> None:
        """End it and its whole group at once (SIGKILL)."""
        if self._process is not None and self.running:
            processes.signal_group(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def pause(self) -> None:
        """Freeze it and its whole group (SIGSTOP); the kernel still accepts connections for it."""
        pid = self._running_pid()
        processes.signal_group(pid, signal.SIGSTOP)
        until(lambda: processes.is_stopped(pid), self._settings.timeouts.settle, f"process {pid} to be frozen")

    def resume(self) -> None:
        """Let it go on (SIGCONT); nothing happens if it is not frozen or has ended."""
        if self.running and self.pid is not None:
            processes.signal_group(self.pid, signal.SIGCONT)

    def restart(self) -> None:
        """Stop it if it runs, and start it again at the same port with the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it for good, without grace since its data goes too, and give its port back."""
        self.kill()
        self._port.release()

    def usage(self) -> processes.Usage:
        """What it and its children use now."""
        return processes.usage(self._running_pid())

    def log_position(self) -> int:
        """Where its log ends now."""
        return self._log.position()

    def logs(self, since: int = 0) -> str:
        """What it logged after a position."""
        return self._log.since(since)

    def _environment(self, launch: Launch) -> dict[str, str]:
        """Its environment; what it leaves behind in its temporary folder when it is killed goes with its own."""
        temporary = self.folder / "temporary"
        temporary.mkdir(parents=True, exist_ok=True)
        added = {"TMPDIR": str(temporary), **launch.environment}
        return processes.clean_environment(added, self._settings.run_id)

    def _running_pid(self) -> int:
        if self._process is None or not self.running:
            raise Broken(f"{self._launch(self.port).title} does not run")
        return self._process.pid

    def _choose_another_port(self, hold: bool) -> None:
        self._port.release()
        if self._shared_port:
            return  # what it could not share is now free for it
        self._port = HeldPort()
        if not hold:
            self._port.release()  # a server without SO_REUSEADDR cannot share a held port

    def _await_ready(self) -> None:
        launch, timeouts, started = self._launch(self.port), self._settings.timeouts, time.monotonic()
        seen = Probe(False, "")

        def decided() -> bool:
            nonlocal seen
            seen = self.probe()
            return seen.ready or not self.running

        try:
            until(decided, launch.start_timeout or timeouts.start, f"{launch.title} to be ready", timeouts.poll)
            if not self.running:
                raise self._failed(launch, f"ended with exit code {self.exit_code}", started)
        except BaseException as error:
            self.kill()
            if isinstance(error, WaitedInVain):
                raise self._failed(launch, f"was not ready ({seen.said})", started) from error
            raise
        self.ready_seconds.append(time.monotonic() - started)

    def _failed(self, launch: Launch, how: str, started: float) -> DeploymentFailed:
        return DeploymentFailed(
            f"{launch.title} did not start: it {how} after {time.monotonic() - started:.1f} s; its last lines:\n"
            f"{self._log.tail()}\ncommand: {' '.join(launch.command)}"
        )

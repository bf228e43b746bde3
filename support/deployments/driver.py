"""The system's Python API, reached through a child process that speaks JSON-RPC, one message per line."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken, DeploymentFailed, UsageError
from support.base.placeholders import fill
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import processes
from support.deployments.journal import RunJournal
from support.deployments.logfile import LogFile
from support.deployments.ports import HOST
from support.deployments.process import filled
from support.deployments.rpc import RpcError, RpcReply
from support.deployments.secrets import secrets_of
from support.deployments.templates import render

_LAST_GASP = 2.0
"""Seconds that a driver has to end after it closed its output."""
_SILENT = "it said nothing in time"


class DriverDeployment:
    """The driver as ``deployments.python`` of the definition starts it. Its log is what it writes to stderr."""

    kind = "python"
    authority: Path | None = None

    def __init__(
        self,
        system: System,
        environment: Mapping[str, str | None],
        settings: Settings,
        scratch: Path,
        journal: RunJournal | None = None,
    ) -> None:
        if system.deployments.python is None:
            raise UsageError(f"{system.path}: deployments has no python, so {system.says} has no Python interface here")
        self.system = system
        self.data = scratch.resolve() / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.files = system.paths(self.data)
        self.url = f"python:{system.name}"
        self.folder = scratch.resolve()
        self.version: str | None = None
        """The version that the driver said it runs."""
        self.ready_seconds: list[float] = []
        self._command = system.deployments.python
        self._added = dict(environment)
        render(system, self.files, self._bindings())
        self._settings, self._journal = settings, journal
        self._log = LogFile(scratch.resolve() / "log.txt")
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._calls = 0

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The number of its process; None if it was never started."""
        return self._process.pid if self._process else None

    def secrets(self) -> list[str]:
        """Tokens, and the values of secret settings."""
        return secrets_of(self.system, self._environment())

    def start(self) -> None:
        """Start the driver and wait for its "ready". Raises DeploymentFailed, with its last log lines, without one."""
        bindings, where = self._bindings(), str(self.system.path)
        command = [fill(part, bindings, where) for part in self._command.command]
        environment = processes.clean_environment(self._environment(), self._settings.run_id)
        started = time.monotonic()
        with self._log.path.open("ab") as output:
            try:
                self._process = processes.spawn(command, environment, self._log.path.parent, output, piped=True)
            except OSError as error:
                raise DeploymentFailed(f"the Python driver cannot be started: {command[0]}: {error}") from error
        if self._journal:
            self._journal.started(self._process.pid)
        self._lines = queue.SimpleQueue()
        threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True).start()
        try:
            deadline = started + self._settings.timeouts.start
            ready, failure = self._message(deadline, lambda message: message.get("method") == "ready")
        except BaseException:
            self.kill()
            raise
        if failure is not None:
            self.kill()
            failure = self._last_words(failure) if failure == _SILENT else failure
            raise DeploymentFailed(
                f"the Python driver of {self.system.says} did not start: {failure}\ncommand: {' '.join(command)}"
            )
        told = ready.get("params")
        self.version = str(told["version"]) if isinstance(told, dict) and "version" in told else None
        self.ready_seconds.append(time.monotonic() - started)

    def call(self, method: str, params: Mapping[str, Any] | None = None, timeout: float | None = None) -> RpcReply:
        """Call a method. What the system raises is in the reply; a driver that died or is silent is a ``failure``."""
        timeout = self._settings.timeouts.http if timeout is None else timeout
        with self._lock:
            self._calls += 1
            number, clock, started = self._calls, time.monotonic(), time.time()
            request = {"jsonrpc": "2.0", "id": number, "method": method, "params": dict(params or {})}
            failure = self._send(request)
            message: dict[str, Any] = {}
            if failure is None:
                message, failure = self._message(clock + timeout, lambda message: message.get("id") == number)
            error = message.get("error")
            return RpcReply(
                method=method,
                params=request["params"],
                result=message.get("result"),
                error=None if error is None else _error(error),
                failure=failure,
                duration=time.monotonic() - clock,
                started=started,
            )

    def cut_short(self, patience: float) -> Any | None:
        """Interrupt the call that Ctrl-C has just cut short (SIGINT), and wait so many seconds for its result.

        None where none comes, as from a driver that does not know how to end a call early.
        """
        if self._process is None or not self.running:
            return None
        processes.signal_group(self._process.pid, signal.SIGINT)
        number, deadline = self._calls, time.monotonic() + patience
        message, _ = self._message(deadline, lambda message: message.get("id") == number)
        return message.get("result")

    def stop(self, grace: float | None = None) -> int | None:
        """Close its input, on which it ends; kill it if it does not within ``grace`` seconds. Returns its exit code."""
        if self._process is None:
            return None
        with contextlib.suppress(BrokenPipeError):
            _stdin(self._process).close()
        try:
            return self._process.wait(self._settings.timeouts.stop if grace is None else grace)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        if self._process is not None and self.running:
            processes.signal_group(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart(self) -> None:
        """Stop it if it runs, and start it again with the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it for good, without grace since its data goes too."""
        self.kill()
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                _stdin(self._process).close()

    def usage(self) -> processes.Usage:
        """What its process uses now. Raises Broken before it was started."""
        if self._process is None:
            raise Broken("the Python driver was never started")
        return processes.usage(self._process.pid)

    def log_position(self) -> int:
        """Where its log ends now."""
        return self._log.position()

    def logs(self, since: int = 0) -> str:
        """What it logged after a position."""
        return self._log.since(since)

    def _bindings(self) -> dict[str, str]:
        return self.system.bindings(self.data, HOST, 0)

    def _environment(self) -> dict[str, str | None]:
        return filled({**self._command.environment, **self._added}, self._bindings(), str(self.system.path))

    def _send(self, request: dict[str, Any]) -> str | None:
        if self._process is None:
            raise Broken("the Python driver was never started")
        try:
            stdin = _stdin(self._process)
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except (BrokenPipeError, ValueError):
            return self._gone()
        return None

    def _message(self, deadline: float, wanted: Callable[[dict[str, Any]], bool]) -> tuple[dict[str, Any], str | None]:
        while True:
            try:
                line = self._lines.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                return {}, _SILENT
            if line is None:
                return {}, self._gone()
            message = _read(line)
            if wanted(message):
                return message, None

    def _gone(self) -> str:
        try:
            how = f"it ended with exit code {self._process.wait(_LAST_GASP)}" if self._process else "it never ran"
        except subprocess.TimeoutExpired:
            how = "it closed its output"
        return self._last_words(how)

    def _last_words(self, how: str) -> str:
        return f"{how}; its last lines:\n{self._log.tail()}"


def _stdin(process: subprocess.Popen[bytes]) -> Any:
    return process.stdin


def _pump(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    with process.stdout or contextlib.nullcontext() as output:
        for line in output or ():
            lines.put(line)
    lines.put(None)


def _error(told: Any) -> RpcError:
    """The error as JSON-RPC 2.0 has it (5.1); of one that is otherwise made, the whole is what it tells."""
    if isinstance(told, dict) and isinstance(told.get("code"), int) and isinstance(told.get("message"), str):
        return RpcError(told["code"], told["message"], told.get("data"))
    return RpcError(0, "an error that is none by JSON-RPC", told)


def _read(line: bytes) -> dict[str, Any]:
    """A message of the driver; what is no JSON object (a stray print of the system) is passed over."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}

"""A real browser for pages of any origin: started when first needed, ended with everything that it has started."""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken, NotVerified
from support.base.settings import Settings
from support.browsers import finding
from support.browsers.page_server import HOST, PageServer
from support.browsers.result import BrowserResult, Call
from support.deployments import processes
from support.deployments.journal import RunJournal

DRIVER = Path(__file__).with_name("driver.py")
BROWSER_VARIABLE = "SIGNOFF_BROWSER"
"""Variable in the environment of a browser's processes, by which those are known that have left their parent."""
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
"""What the browser says when it has dropped a call because a network of the machine came or went."""

_LAST_LINES = 2000
"""Characters of the browser's log that a message quotes."""


class BrowserSession:
    """One browser whose every page is ours: whatever origin it is told to open, our page server stands for it.

    Only the hosts in ``reached`` are looked up as they are, so nothing else of the network is ever touched.
    """

    def __init__(self, settings: Settings, folder: Path, journal: RunJournal, reached: tuple[str, ...]) -> None:
        self.folder = folder
        self._settings, self._journal, self._reached = settings, journal, reached
        self._pages: PageServer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._owner = os.getpid()

    @property
    def running(self) -> bool:
        """Whether the browser's own process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Have the browser running. Raises NotVerified where there is none, Broken if it does not start."""
        browser = finding.find()
        if browser is None:
            raise NotVerified(finding.why_not())
        atexit.register(self.close)
        self._pages = PageServer(self.folder)
        excluded = "".join(f", EXCLUDE {host}" for host in self._reached)
        rules = f"MAP * {HOST}:{self._pages.port}{excluded}"
        command = [sys.executable, "-P", str(DRIVER), str(browser), rules, self._pages.fingerprint]
        # Relative, since the path of a socket that the browser makes there may not be longer than 107 bytes.
        own = {"HOME": str(self.folder), "TMPDIR": ".", BROWSER_VARIABLE: str(self.folder)}
        environment = processes.clean_environment(own, self._settings.run_id)
        with self._log.open("ab") as output:
            self._process = processes.spawn(command, environment, self.folder, output, piped=True)
        self._journal.started(self._process.pid)
        threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True).start()
        self._message(self._settings.timeouts.start, "the browser did not start")

    def visit(self, origin: str, call: Call) -> BrowserResult:
        """Open the page as one of ``origin``, in a fresh profile, and have its script make the call."""
        self._send({"origin": origin, "call": asdict(call)})
        seen = self._message(2 * self._settings.timeouts.http, f"a page of {origin} could not be tried")
        if any(NETWORK_CHANGED in line for line in seen["console"]):
            raise Broken(f"a network of this machine came or went while a page of {origin} made its call; run it again")
        if seen["origin"] != origin:
            raise Broken(f"the browser opened the page as one of {seen['origin']} and not of {origin}")
        return BrowserResult(
            origin=origin,
            call=call,
            status=seen["status"],
            headers=seen["headers"],
            body=seen["body"],
            error=seen["error"],
            console=tuple(seen["console"]),
            picture=base64.b64decode(seen["picture"]),
        )

    def close(self) -> None:
        """End the browser, its every process and its page server, and remove its profile. May be called again."""
        if self._owner != os.getpid():
            return
        atexit.unregister(self.close)
        if self._process is not None:
            self._end(self._process)
            self._process = None
        if self._pages is not None:
            self._pages.close()
            self._pages = None
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.folder / "log.txt"

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        try:
            process.wait(self._settings.timeouts.stop)
        except subprocess.TimeoutExpired:
            processes.signal_group(process.pid, signal.SIGKILL)
            process.wait()
        for left in processes.carrying(BROWSER_VARIABLE, str(self.folder)):
            processes.end(left)

    def _send(self, order: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise Broken("the browser was never started")
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._failed("the browser is gone", "it closed its input") from error

    def _message(self, seconds: float, otherwise: str) -> dict[str, Any]:
        """The driver's next message. Raises Broken if there is none in time, or if it says what went wrong."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise self._failed(otherwise, f"it said nothing within {seconds:g} s") from None
        message: dict[str, Any] = json.loads(line) if line is not None else {"failure": "it ended"}
        if "failure" in message:
            raise self._failed(otherwise, message["failure"])
        return message

    def _failed(self, what: str, why: str) -> Broken:
        last = self._log.read_text(encoding="utf-8", errors="replace")[-_LAST_LINES:]
        return Broken(f"{what}: {why}; browser: {finding.find()}; its last words:\n{last}")


def _pump(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    if process.stdout is not None:
        with process.stdout as output:
            for line in output:
                lines.put(line)
    lines.put(None)

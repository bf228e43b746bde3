"""A small disk for one folder, which can be filled up: a tmpfs in a mount namespace that a process of ours holds.

Nobody outside the namespace sees it, and it is gone once the holder and the store have ended, however they ended.
Without root this takes a user namespace, which some machines do not allow: what needs the disk is then not verified.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support.base.outcomes import NotVerified
from support.base.settings import Settings
from support.base.waiting import until
from support.deployments import processes
from support.deployments.journal import RunJournal
from support.deployments.stores.ordinary_user import NOBODY, as_ordinary_user, ended_with_suite, is_root

FILLER = ".filler"
"""The file that takes all room."""

_CHUNKS = (1 << 20, 4096, 1)


class SmallDisk:
    """``megabytes`` of room in the place of ``folder``, for the processes that inside() starts."""

    def __init__(self, folder: Path, megabytes: int, settings: Settings, journal: RunJournal | None = None) -> None:
        self._folder, self._megabytes = folder, megabytes
        self._settings, self._journal = settings, journal
        self._holder: subprocess.Popen[bytes] | None = None

    def mount(self) -> None:
        """Make it, empty; nothing happens if it is there. Raises NotVerified where this machine does not allow it."""
        if self._holder is not None:
            return
        log = self._folder.parent / "disk.txt"
        with log.open("wb") as output:
            environment = processes.clean_environment({}, self._settings.run_id)
            holder = processes.spawn(self._hold(), environment, self._folder.parent, output)
        if self._journal:
            self._journal.started(holder.pid)
        self._holder = holder
        until(lambda: self._mounted() or holder.poll() is not None, self._settings.timeouts.start, "the small disk")
        if holder.poll() is not None:
            self._holder = None
            raise NotVerified(f"this machine allows no small disk that could be filled: {log.read_text().strip()}")

    def inside(self, command: list[str]) -> list[str]:
        """The command that runs this one as an ordinary user where the disk is."""
        entered = ["nsenter", f"--target={self._pid()}", "--mount"]
        if is_root():
            return [*entered, "--", *as_ordinary_user(command)]
        identity = [f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
        return [
            *entered,
            "--user",
            "--preserve-credentials",
            "--",
            "unshare",
            "--user",
            *identity,
            "--",
            *ended_with_suite(command),
        ]

    def fill(self) -> int:
        """Take all room. Returns how many bytes were free."""
        taken = 0
        with self._filler().open("ab", buffering=0) as file:
            for chunk in _CHUNKS:
                try:
                    while written := file.write(bytes(chunk)):
                        taken += written
                except OSError:
                    continue  # no room for one of this size
        return taken

    def make_room(self) -> None:
        """Give the room back."""
        self._filler().unlink(missing_ok=True)

    def close(self) -> None:
        """End the holder, and with it the disk; the store must have ended before."""
        if self._holder is not None:
            self._holder.kill()
            self._holder.wait()
            self._holder = None

    def _hold(self) -> list[str]:
        owner = f",uid={NOBODY},gid={NOBODY}" if is_root() else ""
        options = f"size={self._megabytes}m,mode=0700{owner}"
        script = 'mount -t tmpfs -o "$1" tmpfs "$2" && exec sleep infinity'
        held = ended_with_suite(["sh", "-c", script, "sh", options, str(self._folder)])
        user = [] if is_root() else ["--user", "--map-root-user"]
        return ["unshare", *user, "--mount", "--propagation=private", "--", *held]

    def _filler(self) -> Path:
        return Path(f"/proc/{self._pid()}/root{self._folder}") / FILLER

    def _mounted(self) -> bool:
        return os.path.ismount(f"/proc/{self._pid()}/root{self._folder}")

    def _pid(self) -> int:
        assert self._holder is not None, "mount() comes first"
        return self._holder.pid

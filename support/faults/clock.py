"""A clock that jumps while a container runs: libfaketime, lent to it, moves the time of day and nothing else.

A clock cannot be moved for one container alone, so its program is started with a library in front of the system's own.
How far the clock is off stands in a file that the library reads anew whenever it is asked for the time. What
measures how long something takes (the monotonic clock) goes on as before, as it does when an operator sets a clock.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from pathlib import Path

from support.base.outcomes import Broken, NotVerified
from support.deployments.containers.deployment import ContainerDeployment
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.server import ContainerServer
from support.deployments.containers.spec import ContainerSpec, Mount
from support.faults.base import SETTLE, Fault

INSIDE = "/clock"
"""Where the container sees the library and the file."""
LIBRARY, OFFSET = "libfaketimeMT.so.1", "offset"
TOLERANCE = 30.0
"""Seconds by which the clock may miss where it was moved to; it is moved much further."""

_PATIENCE = 10.0
"""Seconds for reading the library out of the tools image."""
_READ = f"base64 -w0 /usr/lib/*/faketime/{LIBRARY}"


def lend(to: ContainerDeployment, folder: Path) -> None:
    """Have a container that is not started yet take the time from a file in this folder, which has the true time first.

    Raises NotVerified where the tools image has no such library.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LIBRARY).write_bytes(_library(to.host))
    _write(folder, 0)
    for each in (folder, *folder.iterdir()):
        each.chmod(0o755)
    to.mounts.append(Mount(folder.resolve(), INSIDE, read_only=True))
    to.set_environment(
        {
            "LD_PRELOAD": f"{INSIDE}/{LIBRARY}",
            "FAKETIME_TIMESTAMP_FILE": f"{INSIDE}/{OFFSET}",
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    )


class ClockShift(Fault):
    """The clock of a container that was lent one jumps by so many seconds, back where they are negative."""

    def __init__(
        self,
        target: ContainerServer,
        folder: Path,
        seconds: int,
        what: str,
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._target, self._folder, self._seconds = target, folder, seconds

    def _inject(self) -> None:
        self._move(self._seconds)

    def _heal(self) -> None:
        self._move(0)

    def _move(self, seconds: int) -> None:
        _write(self._folder, seconds)
        ran = self._target.run(["date", "+%s"])
        if ran.exit_code != 0:
            raise Broken(f"the container does not tell its time: {ran.output.strip()}")
        off = int(ran.output.split()[-1]) - time.time()
        if abs(off - seconds) > TOLERANCE:
            raise NotVerified(f"a clock cannot be moved here: moved by {seconds} s, it is off by {off:.0f} s")


def _write(folder: Path, seconds: int) -> None:
    """The file keeps its place, because the container sees that and not its name; it is one line, written at once."""
    (folder / OFFSET).write_text(f"{seconds:+d}\n", encoding="ascii")


def _library(host: ContainerHost) -> bytes:
    container = host.create("clock", ContainerSpec(host.images.tools().id, ["sh", "-c", _READ], network="none"))
    try:
        container.start()
        if container.wait(_PATIENCE) != 0:
            raise NotVerified(f"no clock can be moved here: {container.logs().decode(errors='replace').strip()}")
        return base64.b64decode(container.logs(), validate=True)
    except binascii.Error as error:
        raise Broken(f"{LIBRARY} could not be read from the tools image: {error}") from error
    finally:
        container.remove()

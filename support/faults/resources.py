"""Faults of what a container lives on: its disk is full, or its memory is limited to what it has already."""

from __future__ import annotations

from collections.abc import Callable

from support.base.outcomes import Broken
from support.deployments.containers.server import ContainerServer
from support.faults.base import SETTLE, Fault

LARGEST = 256
"""Megabytes of a disk that is filled: a larger one is not a scenario's own."""

FILLER = ".filler"
"""The file that takes all room; taken away when the fault is healed."""

_FILL = """
import os, sys
path, most = sys.argv[1], int(sys.argv[2]) << 20
there = os.statvfs(os.path.dirname(path))
if there.f_bavail * there.f_frsize > most:
    sys.exit("the disk is larger than one that may be filled")
with open(path, "wb", buffering=0) as file:
    try:
        while file.write(bytes(4096)):
            pass
    except OSError:
        pass
sys.exit(0 if os.statvfs(os.path.dirname(path)).f_bavail == 0 else "there is still room")
"""

_TAKE = """
held = []
while True:
    held.append(bytearray(1 << 20))
"""


class FullDisk(Fault):
    """A folder of a container, on a small disk of its own, without a byte of room; healed by making room again."""

    def __init__(
        self,
        target: ContainerServer,
        folder: str,
        what: str = "disk full",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._target, self._filler = target, f"{folder}/{FILLER}"

    def _inject(self) -> None:
        self._run("fill the disk", ["python3", "-c", _FILL, self._filler, str(LARGEST)])

    def _heal(self) -> None:
        if self._target.running:  # what lies on such a disk goes with the container's end
            self._run("make room", ["rm", "-f", self._filler])

    def _run(self, purpose: str, command: list[str]) -> None:
        ran = self._target.run(command)
        if ran.exit_code != 0:
            raise Broken(f"could not {purpose} in {self._target.container.name}: {ran.output.strip()}")


class MemoryLimit(Fault):
    """The memory of a container limited to what it uses and ``spare`` bytes; healed by its former limit.

    exhaust() has a program in the container take the rest, so that the kernel ends the largest process, which is the
    container's own. A container that has ended is started again when the fault is healed.
    """

    def __init__(
        self,
        target: ContainerServer,
        spare: int = 8 << 20,
        what: str = "memory limited to what is used",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._target, self._spare = target, spare
        self._former = 0

    def _inject(self) -> None:
        container = self._target.container
        self._former = int(container.details()["HostConfig"]["Memory"])
        if not self._former:
            raise Broken(f"{container.name} has no limit of memory that it could be given back")
        container.set_memory(self._target.usage().memory + self._spare)

    def _heal(self) -> None:
        if self._former:
            self._target.container.set_memory(self._former)
        if not self._target.running:
            self._target.start()

    def exhaust(self, within: float) -> int | None:
        """Take what memory is left. Returns how the container ended; None if it has not, after ``within`` seconds."""
        self._target.container.run(["python3", "-c", _TAKE])
        code = self._target.exit_within(within)
        self.observed("the container still runs" if code is None else f"the container ended with exit code {code}")
        return code

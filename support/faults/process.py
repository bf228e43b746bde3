"""Faults of a process: killed without warning, or frozen so that it still accepts connections but never answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from support.deployments.base import Killable, Pausable, Restartable
from support.faults.base import SETTLE, Fault


class KillableAndRestartable(Killable, Restartable, Protocol):
    """What can be killed and started again."""


class Killed(Fault):
    """A process killed by SIGKILL; healed by starting it again at the same address, with the same data."""

    def __init__(
        self,
        victim: KillableAndRestartable,
        what: str = "process killed",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._victim = victim

    def _inject(self) -> None:
        self._victim.kill()

    def _heal(self) -> None:
        self._victim.restart()


class Paused(Fault):
    """A process frozen by SIGSTOP; healed by SIGCONT."""

    def __init__(
        self,
        victim: Pausable,
        what: str = "process frozen",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._victim = victim

    def _inject(self) -> None:
        self._victim.pause()

    def _heal(self) -> None:
        self._victim.resume()

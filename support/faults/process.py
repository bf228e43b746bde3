"""Faults of a process, or of a container: killed without warning, frozen, stopped, or started anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from support.deployments.base import Killable, Pausable, Restartable, Startable, Stoppable
from support.faults.base import SETTLE, Fault


class KillableAndRestartable(Killable, Restartable, Protocol):
    """What can be killed and started again."""


class StoppableAndStartable(Stoppable, Startable, Protocol):
    """What can be asked to end, and be started again."""


class Killed(Fault):
    """Killed by SIGKILL; healed by starting it again at the same address, with the same data."""

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
    """Frozen, so that it still accepts connections but never answers; healed by letting it go on."""

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


class Stopped(Fault):
    """Asked to end, as an operator does; healed by starting it again."""

    def __init__(
        self,
        victim: StoppableAndStartable,
        what: str = "stopped",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._victim = victim

    def _inject(self) -> None:
        self._victim.stop()

    def _heal(self) -> None:
        self._victim.start()


class Restarted(Fault):
    """Stopped and started anew: what lasts of it is that its connections are gone, and nothing has to be healed."""

    def __init__(
        self,
        victim: Restartable,
        what: str = "restarted",
        steady: Callable[[], object] | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(what, steady, settle)
        self._victim = victim

    def _inject(self) -> None:
        self._victim.restart()

    def _heal(self) -> None:
        """Its restart was its healing."""

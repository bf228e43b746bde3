"""Health of a service from that of its components: overall, liveness and readiness."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio.to_thread

HEALTHY = "healthy"
UNHEALTHY = "unhealthy"
LEAVING = "leaving"
"""Of a process that has been told to stop: everything may work, but requests should go elsewhere."""

STARTING = "starting"
"""Of several processes that act as one, while some do not serve yet."""

Check = Callable[[], str]
"""Tries a component and gives one line of detail. Raises ComponentFailed. Runs in a thread and may wait a little."""


class ComponentFailed(Exception):
    """A component does not work. The message says what was tried and what came of it."""


@dataclass(frozen=True, slots=True)
class ComponentState:
    """What a check found."""

    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All components and the sum of them."""

    status: str
    version: str
    components: dict[str, ComponentState]

    @property
    def healthy(self) -> bool:
        """Whether every component works."""
        return self.status == HEALTHY


class Health:
    """Runs the checks of all components; callers that ask at the same time share one run. Each is told to ``note``."""

    def __init__(self, version: str, checks: Mapping[str, Check], note: Callable[[HealthReport], None]) -> None:
        self._version = version
        self._checks = dict(checks)
        self._note = note
        self._running: asyncio.Task[HealthReport] | None = None
        self._noted = False

    async def report(self) -> HealthReport:
        """The state of every component now."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await asyncio.shield(self._running)

    async def refresh(self, patience: float, at_first: float) -> None:
        """Check again, and wait for it at most so many seconds; what takes longer is noted when it ends.

        Until something has been noted the wait is ``at_first``: what nobody has looked at yet has not failed.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.report(), patience if self._noted else at_first)

    async def _run(self) -> HealthReport:
        states = await asyncio.gather(*(anyio.to_thread.run_sync(state_of, check) for check in self._checks.values()))
        report = summarise(self._version, dict(zip(self._checks, states, strict=True)))
        self._note(report)
        self._noted = True
        return report


def state_of(check: Check) -> ComponentState:
    """Run one check."""
    try:
        return ComponentState(HEALTHY, check())
    except ComponentFailed as failure:
        return ComponentState(UNHEALTHY, str(failure))


def summarise(version: str, components: dict[str, ComponentState]) -> HealthReport:
    """Healthy only if every component is."""
    healthy = all(state.status == HEALTHY for state in components.values())
    return HealthReport(HEALTHY if healthy else UNHEALTHY, version, components)

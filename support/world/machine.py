"""What scenarios need of the machine that the suite runs on, rather than of the system they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from support import browsers
from support.deployments.containers import engine

NEEDS: dict[str, Callable[[], str]] = {
    "browser": browsers.why_not,
    "containers": engine.why_not,
}
"""Need → why this machine cannot meet it; empty if it can. The names are those of ``scenarios.OF_THE_MACHINE``."""


def missing(needs: Iterable[str]) -> str:
    """Why a scenario with these needs cannot be shown on this machine; empty if it can."""
    return "; ".join(filter(None, (NEEDS[need]() for need in needs if need in NEEDS)))

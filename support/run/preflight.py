"""Looks before a run starts whether it can be carried out, so that trouble is told at once and in one message."""

from __future__ import annotations

from support.deployments import RemoteDeployment
from support.settings import Settings
from support.systems import System


def check_reachable(system: System, settings: Settings) -> None:
    """Raise UsageError unless the system is ready at the URL that the run is aimed at."""
    if settings.url is None:
        return
    RemoteDeployment(system, settings.url).start()

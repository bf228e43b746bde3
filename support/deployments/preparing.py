"""What must be done before a run begins to start its systems: published products installed, the outside shut out."""

from __future__ import annotations

from collections.abc import Iterable

from support.base.outcomes import DeploymentFailed, UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import isolation
from support.deployments.installations import Installed, Say, installed

PROCESS = "process"


def install(system: System, settings: Settings, say: Say) -> Installed | None:
    """The installation that the run needs, made now if there is none; None where it needs none.

    Raises UsageError where it cannot be made: nothing can be judged then.
    """
    if system.installation is None or settings.deployment != PROCESS:
        return None
    try:
        return installed(system, say)
    except DeploymentFailed as error:
        raise UsageError(str(error)) from error


def isolate(systems: Iterable[System], settings: Settings) -> None:
    """Shut the outside out if one of the systems wants that and none is elsewhere; what requires it tells if it fails.

    To be called before this process starts anything and has other threads.
    """
    about = list(systems)
    started_here = all(settings.for_system(system.name).deployment == PROCESS for system in about)
    if started_here and any(system.isolation for system in about):
        isolation.enter()

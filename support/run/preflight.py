"""Looks before a run starts whether it can be carried out, so that trouble is told at once and in one message."""

from __future__ import annotations

from support.base.outcomes import NotMet, UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.deployments import RemoteDeployment
from support.deployments.containers import engine
from support.http import HttpClient


def check_reachable(system: System, settings: Settings) -> None:
    """Raise UsageError unless the system is ready at the URL that the run is aimed at."""
    if settings.url is None:
        return
    RemoteDeployment(system, settings.url).start()
    told = version_of(settings.url, system)
    if told is not None and told != system.version:
        raise UsageError(
            f"{system.says} at {settings.public_url} says it is version {told}, but {system.path} says "
            f"{system.version}: the report would name the wrong release; correct `version` there, or the URL"
        )


def check_containers(system: System, settings: Settings) -> None:
    """Raise UsageError unless a run whose system shall be a container can have one."""
    if settings.deployment != "container":
        return
    if system.deployments.container is None:
        raise UsageError(f"{system.path}: deployments has no container, so {system.says} cannot be run as one")
    if reason := engine.why_not():
        raise UsageError(f"{reason}; `signoff doctor` tells how to get one, and without it --deployment process works")


def version_of(url: str, system: System) -> str | None:
    """The version that the system's health check tells; None if it tells none."""
    if "health" not in system.endpoints:
        return None
    client = HttpClient(url, lambda _: None)
    try:
        told = client.get(system.endpoint("health")).json()
    except NotMet:
        return None  # a health check that is no JSON tells no version
    finally:
        client.close()
    version = told.get("version") if isinstance(told, dict) else None
    return version if isinstance(version, str) else None

"""What a system tells of its own health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.checks.shapes import Component, Object, read
from support.world.core import World


@dataclass(slots=True)
class HealthReport:
    """What the health check said when a step asked last."""

    body: dict[str, Any] = field(default_factory=dict)


def report(world: World) -> dict[str, Any]:
    """What the health check says: status and components. An answer that is no JSON object is not met."""
    return read(world.http.get(world.endpoint("health")).json(), Object)


def status_of(world: World, endpoint: str) -> int | None:
    """The HTTP status of one of the system's endpoints."""
    return world.http.get(world.endpoint(endpoint)).status


def failed_components(world: World, health: Mapping[str, Any] | None = None) -> list[str]:
    """The components that a health check, the one remembered unless another is given, calls anything but healthy."""
    health = world.part(HealthReport).body if health is None else health
    return [name for name, told in components(health).items() if _status(told) != world.system.healthy]


def components(health: Mapping[str, Any]) -> Mapping[str, Component | str]:
    """What a health check says of each component, a status or an object that has one. Raises NotMet without any."""
    return read(health, dict[str, Component | str], "components")


def _status(told: Component | str) -> str:
    return told if isinstance(told, str) else told.status

"""What health says of the means to do jobs: version, Redis, the queue's depth, and the warning when it is too deep."""

from __future__ import annotations

from support.base.outcomes import NotMet
from support.base.waiting import until
from support.checks import shapes
from support.domains.automation import api
from support.subjects import health
from support.subjects.health import HealthReport
from support.world.core import World

FIELDS = ("status", "version", "redis", "queue_depth")
"""What health tells, by the source's names."""


def lacking(world: World, body: shapes.Object, redis: str) -> list[str]:
    """What a health report lacks or tells otherwise."""
    told = {name: body.get(name) for name in FIELDS}
    wrong = [f"{name} is not told" for name in FIELDS if name not in body]
    if told["version"] != world.system.version:
        wrong.append(f"version: {told['version']!r}, not {world.system.version!r}")
    if told["redis"] != redis:
        wrong.append(f"redis: {told['redis']!r}, not {redis!r}")
    if redis == "ready" and (not isinstance(told["queue_depth"], int) or isinstance(told["queue_depth"], bool)):
        wrong.append(f"queue_depth: {told['queue_depth']!r}, no number")
    return wrong


def detailed(world: World) -> shapes.Object:
    """The detailed health, as an administrator sees it."""
    return shapes.read(api.done(api.call(world, api.ADMIN, "GET", "detailed-health")), shapes.Object)


def await_redis(world: World, state: str) -> shapes.Object:
    """The health once it says this of Redis. Raises NotMet if it does not within the settling time."""
    seen: list[shapes.Object] = []

    def said() -> bool:
        seen.append(health.report(world))
        assert seen[-1].get("redis") == state, f"redis: {seen[-1].get('redis')!r}"
        return True

    until(said, world.settings.timeouts.settle, f"health to call Redis {state}", poll=0.1, failing=NotMet)
    world.part(HealthReport).body = seen[-1]
    return seen[-1]


def warnings(body: shapes.Object) -> list[str]:
    """What health warns of, in words."""
    told = body.get("warnings", [])
    return [str(each) for each in told] if isinstance(told, list) else [str(told)]


def await_warning(world: World, depth: int, threshold: int) -> str:
    """The warning of the detailed health, once it tells of so many jobs and names the threshold. Raises NotMet."""
    found: list[str] = []

    def warned() -> bool:
        body = detailed(world)
        said = " ".join(warnings(body))
        assert body.get("queue_depth", 0) >= depth, f"queue_depth: {body.get('queue_depth')!r}"
        assert str(threshold) in said, f"warnings: {said!r}"
        found.append(said)
        return True

    until(warned, world.settings.timeouts.settle, f"a warning of {depth} jobs", poll=0.1, failing=NotMet)
    return found[-1]


def warnings_at(world: World, depth: int) -> list[str]:
    """What the detailed health warns of once it tells of so many jobs. Raises NotMet if it does not."""
    seen: list[shapes.Object] = []

    def told() -> bool:
        seen.append(detailed(world))
        assert seen[-1].get("queue_depth") == depth, f"queue_depth: {seen[-1].get('queue_depth')!r}"
        return True

    until(told, world.settings.timeouts.settle, f"a queue depth of {depth}", poll=0.1, failing=NotMet)
    return warnings(seen[-1])

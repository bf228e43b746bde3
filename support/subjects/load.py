"""Loads that scenarios put on a system, over whichever interface the run uses, and the judgement of what they show.

``-D load.scale`` scales users and durations. What a criterion itself counts (10,000 requests at once, 1,000 decisions)
stays as it is, and so does every limit. No request is the same as any before, as with real users: each has a number in
its context, which is no condition of anything, and which the answer must show in its trace.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from support.base import addresses
from support.base.outcomes import Broken, NotVerified
from support.base.waiting import let_pass
from support.checks import load_demands as judgement
from support.checks.basis import enough
from support.checks.findings import Finding
from support.deployments import AsksForCertificate, ContainerDeployment, Measurable
from support.deployments.base import require_capability
from support.http import HttpClient
from support.load import open_files, store
from support.load.noise import NoiseWatch
from support.load.plan import LoadPlan
from support.load.result import Endpoint, LoadResult, Noise
from support.load.runner import LoadInterrupted, Workers, run
from support.subjects.requests import DeclaredRequests
from support.world import measurements
from support.world.core import World, last
from support.world.parts import SendsLoads

WARM_UP = 2.0
"""Seconds that are left out where a load lasts for a time: connections are opened, code is loaded."""
ABOUT_ONCE_A_SECOND = (0.5, 1.5)
"""Seconds for which users think who send a request about once a second."""
REACHED_WITHIN = 2.0
"""Seconds within which a container answers that can be reached at all."""
PATIENCE = 60.0
"""Seconds that users wait who all ask at once: how long it may take to serve them all is no part of that promise."""
INSIDE = ("process", "python")
"""Deployments whose processes are children of the suite's."""
SETTLING = 0.3
"""Seconds after a load before memory is read: what the last answers leave behind is tidied up by then."""


@dataclass(slots=True)
class Loads:
    """The loads of a scenario, those whose distribution has been drawn, and the noise while times were taken."""

    results: list[LoadResult] = field(default_factory=list)
    drawn: list[LoadResult] = field(default_factory=list)
    noise: Noise | None = None

    @property
    def last(self) -> LoadResult:
        """The last load. Raises Broken before there was one."""
        return last(self.results, "no load has been put on any system yet")


def each_sends(world: World, users: int, each: int, ability: str) -> LoadResult:
    """Users of whom each sends so many requests, the next one as soon as the last one is answered."""
    who = "a user sends" if users == 1 else f"{users:,} users send"
    name = f"{who} {each:,} {ability} requests{' each' if users > 1 else ''}"
    for sender in world.having(SendsLoads):
        if (in_process := sender.load_in_process(name, ability, users, each)) is not None:
            return _kept(world, in_process)
    return _over_http(world, _plan(world, name, ability, users=users, requests=users * each, timeout=PATIENCE))


def all_at_once(world: World, users: int, ability: str) -> LoadResult:
    """Users who have all opened a connection before the first of them sends; each sends one request."""
    _allow(world, users)
    name = f"{users:,} users send {ability} requests at once"
    plan = _plan(world, name, ability, users=users, requests=users, timeout=PATIENCE, connections="at once")
    return _over_http(world, plan)


def for_a_while(world: World, users: int, seconds: float, ability: str) -> LoadResult:
    """Users who send a request about once a second, for a while after a warm-up."""
    name = f"{users:,} users send {ability} requests about once a second"
    plan = _plan(world, name, ability, users=users, seconds=seconds, warm_up=WARM_UP, think=ABOUT_ONCE_A_SECOND)
    return _over_http(world, plan.scaled(world.settings.load.scale))


def arriving(
    world: World, rate: float, seconds: float, ability: str, warm_up: float = WARM_UP, least: int = 0
) -> LoadResult:
    """Requests that arrive at a rate, whether or not earlier ones have been answered; times count from when due.

    There are ``least`` of them at least, however short the time.
    """
    name = f"{ability} requests at {rate:g} a second"
    lasts = seconds * world.settings.load.scale
    if rate > 0:
        lasts = max(lasts, least / rate)
    return _over_http(world, _plan(world, name, ability, rate=float(rate), seconds=lasts, warm_up=warm_up))


def noise_watch(world: World) -> NoiseWatch:
    """Who watches what else the machine does than what the suite and the system do."""
    system = world.deployment
    if system.kind in INSIDE or not isinstance(system, Measurable):
        return NoiseWatch()
    return NoiseWatch(lambda: system.usage().cpu)


def memory(world: World) -> int:
    """The memory (bytes) that the system uses once it has come to rest.

    Raises NotVerified for one that the suite does not run itself.
    """
    measured = require_capability(world.deployment, Measurable)  # type: ignore[type-abstract]
    let_pass(SETTLING, "what the last answers have left behind is tidied up")
    return measured.usage().memory


def whole(result: LoadResult) -> LoadResult:
    """The load, if it ran to its end. Raises Broken for a partial one, which proves nothing."""
    if result.partial:
        raise Broken(judgement.cut_short(result))
    return result


def demand(world: World, demand: judgement.Demand) -> None:
    """Judge the last load by a demand. Raises NotMet or Broken, with the reason.

    How its times are distributed is drawn with the limit that they are judged by, else where successes are counted.
    """
    result = world.part(Loads).last
    is_drawn = any(each is result for each in world.part(Loads).drawn)
    if isinstance(demand, judgement.Percentile) or (isinstance(demand, judgement.Success) and not is_drawn):
        limit = demand.limit if isinstance(demand, judgement.Percentile) else None
        measurements.show_distribution(world.evidence, result.plan.name, [result.total], limit)
        world.part(Loads).drawn.append(result)
    settle(world, judgement.judge(result, demand))


def demand_times(world: World, times: Endpoint, demand: judgement.Percentile) -> None:
    """Judge times that were taken otherwise than by a load's own client, while the machine was watched."""
    measurements.show_distribution(world.evidence, times.name, [times], demand.limit)
    settle(world, judgement.fair(judgement.judge_times(times, demand), world.part(Loads).noise or Noise()))


def settle(world: World, *findings: Finding) -> None:
    """Leave every figure as evidence; then raise NotMet or Broken for the first that is not met.

    Raises NothingToJudge where nothing was found at all.
    """
    for each in enough(findings, "measurements"):
        if each.observed is not None:
            world.evidence.observation(each.what, each.observed, each.limit, each.unit, each.samples)
        world.show("judgement", f"{each.outcome}: {each.says}")
    for each in findings:
        each.settle()


def _plan(world: World, name: str, ability: str, **how: object) -> LoadPlan:
    world.part(DeclaredRequests)  # comes after what the system's own domain sends
    called = [call for sender in world.having(SendsLoads) if (call := sender.load_call(ability))]
    if not called:
        raise NotVerified(f"{world.system.path} does not declare requests.{ability}, which this load is made of")
    if isinstance(world.deployment, AsksForCertificate) and world.deployment.client_certificate:
        raise NotVerified("loads show no client certificate, and the system asks for one in this profile")
    url, authority = _address(world), world.deployment.authority
    return LoadPlan.model_validate({"name": name, "url": url, "authority": authority, "calls": (called[0],), **how})


def _address(world: World) -> str:
    """Where a load is sent: to a container directly, where it can be reached so.

    The engine's port forwarding takes time and processors of its own, and two open files for each connection.
    """
    deployment = world.deployment
    if "live" not in world.system.endpoints:
        return deployment.url
    if isinstance(deployment, ContainerDeployment) and deployment.authority is None and deployment.direct_url:
        client = HttpClient(deployment.direct_url, lambda _: None, REACHED_WITHIN)
        reached = client.get(world.endpoint("live")).ok
        client.close()
        return deployment.direct_url if reached else deployment.url
    return addresses.public(deployment.url)


def _over_http(world: World, plan: LoadPlan) -> LoadResult:
    world.http  # noqa: B018 -- says so where the run uses another interface
    watched, asked = world.deployment, world.settings.load
    watch = watched.usage if isinstance(watched, Measurable) else None
    return _kept(
        world,
        lambda: run(
            plan,
            watch,
            Workers.of(asked),
            lambda progress: world.progress(progress.says),
            outside=watched.kind not in INSIDE,
            run_id=world.settings.run_id,
        ),
    )


def _kept(world: World, load: Callable[[], LoadResult]) -> LoadResult:
    """Run a load, and keep and show its result; where it is interrupted, what was measured until then."""
    try:
        return _written(world, load())
    except LoadInterrupted as interruption:
        if interruption.result is not None:
            with suppress(Broken):  # what cannot be kept is shown all the same, and the run ends in any case
                _written(world, interruption.result)
        raise


def _written(world: World, result: LoadResult) -> LoadResult:
    try:
        store.keep(result, world.settings.reports, f"{world.settings.interface} {world.scenario}")
    except store.NotKept as trouble:
        _shown(world, trouble.result)
        raise
    return _shown(world, result)


def _shown(world: World, result: LoadResult) -> LoadResult:
    world.part(Loads).results.append(result)
    measurements.show_load(world.evidence, result, world.injected_faults)
    world.saw_load(result)
    return result


def _allow(world: World, connections: int) -> None:
    """See that both ends may hold so many connections open. Raises NotVerified, with the reason, if they may not."""
    reasons = [open_files.allow(connections)]
    pid = getattr(world.deployment, "pid", None)
    if world.deployment.kind == "process" and isinstance(pid, int):
        reasons.append(open_files.allow(connections, pid))
    if told := next(filter(None, reasons), ""):
        raise NotVerified(told)

"""Puts the same load on the gateway and on its bare upstream, or on two gateways, and compares times and memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from support.base.outcomes import Outcome
from support.checks.basis import enough
from support.checks.findings import Finding, found, milliseconds
from support.checks.load_demands import Percentile, Success, fair, judge
from support.deployments import Measurable
from support.deployments.base import Deployment
from support.domains.gateway import asking
from support.domains.gateway.questions import Question
from support.load import store
from support.load.numbers import MARK
from support.load.plan import Call, LoadPlan
from support.load.result import LoadResult
from support.load.runner import Workers, run
from support.subjects import load
from support.subjects.load import Loads
from support.world import measurements
from support.world.core import World
from support.world.upstreams import Upstreams

REQUESTS = {1: 300, 50: 600}
"""Requests of each load by its number of users, times -D load.scale."""
DECISIONS, LEAST = 150, 100
"""Requests of each load of two gateways, times -D load.scale; and how many there are at least."""
WARMING = 60
"""Requests by which the gateway opens its connections and loads its code before its memory is read first."""
GATEWAY, BARE, MANY = "the gateway", "the bare upstream", "the gateway with a thousand deployments"
PERCENTS = (50.0, 95.0, 99.0)
MEGABYTE = 1_000_000
PER = 10_000
"""Requests for which the growth of memory is told."""


@dataclass(frozen=True, slots=True)
class Load:
    """One load: its target, where that is, what is asked with which headers, by how many users, and how often."""

    target: str
    url: str
    question: Question
    headers: dict[str, str]
    users: int
    requests: int


@dataclass(slots=True)
class Comparison:
    """The loads of a comparison by target and number of users, and the gateway's memory (bytes) around its own."""

    results: dict[tuple[str, int], LoadResult] = field(default_factory=dict)
    before: int = 0
    after: int = 0


def with_upstream(world: World, name: str, users: Sequence[int]) -> None:
    """Send the same questions through the gateway and to the first upstream of a route, by so many users in turn."""
    part, upstream = world.part(Comparison), world.part(Upstreams)[asking.route(world, name).upstreams[0]]
    bare = Question(asking.route(world, name).model_upstream)
    shown = {"Authorization": f"Bearer {upstream.key}"}
    asking.many(world, [name] * WARMING, 6)
    part.before = load.memory(world)
    for count in users:
        requests = REQUESTS.get(count, REQUESTS[50])
        part.results[BARE, count] = _send(world, Load(BARE, upstream.address.direct, bare, shown, count, requests))
        question, headers = asking.question_for(world, name), asking.headers_of(world, name)
        through = Load(GATEWAY, world.deployment.url, question, headers, count, requests)
        part.results[GATEWAY, count] = _send(world, through, world.deployment)
    part.after = load.memory(world)
    _show(world)


def two_gateways(world: World, name: str, few: Deployment, many: Deployment) -> None:
    """Send the same questions to two gateways, by one user, each twice in turn; the better half of each is kept."""
    part = world.part(Comparison)
    for target, deployment in ((GATEWAY, few), (MANY, many), (GATEWAY, few), (MANY, many)):
        question, headers = asking.question_for(world, name), asking.headers_of(world, name, deployment=deployment)
        made = _send(world, Load(target, deployment.url, question, headers, 1, DECISIONS), deployment)
        earlier = part.results.get((target, 1))
        if earlier is None or (_time(made, 50) or 0) < (_time(earlier, 50) or 0):
            part.results[target, 1] = made
    _show(world)


def _send(world: World, what: Load, watched: Deployment | None = None) -> LoadResult:
    """Put one load on its target, and keep and show its result."""
    call = Call(
        name=f"{what.target}, {_users(what.users)}",
        method="POST",
        path=asking.CHAT,
        body=json.dumps(what.question.body).replace(what.question.number, MARK).encode(),
        headers={**what.headers, "Content-Type": "application/json"},
        contains=(f"number {MARK}",),
    )
    requests = max(LEAST, int(what.requests * world.settings.load.scale))
    plan = LoadPlan(
        name=call.name, url=what.url, calls=(call,), users=what.users, requests=requests, timeout=asking.PATIENCE
    )
    watch = watched.usage if isinstance(watched, Measurable) else None
    result = run(plan, watch, Workers.of(world.settings.load), run_id=world.settings.run_id)
    store.keep(result, world.settings.reports, f"{world.settings.interface} {world.scenario} {call.name}")
    world.part(Loads).results.append(result)
    measurements.show_load(world.evidence, result, world.injected_faults)
    world.saw_load(result)
    return result


def all_succeed(world: World) -> None:
    """Judge that every request of every load succeeded. Raises NotMet or Broken."""
    results = enough(world.part(Comparison).results, "loads that were compared", 2)
    load.settle(
        world, *[judge(result, Success(1.0)).about(f"success of {_name(key)}") for key, result in results.items()]
    )


def added(world: World, users: int, percent: float, limit: float, target: str = GATEWAY, beside: str = BARE) -> None:
    """Judge by how many seconds the percentile of one target is above that of the other. Raises NotMet or Broken."""
    results = world.part(Comparison).results
    one, other = (load.whole(results[each, users]) for each in (target, beside))
    times = [_time(one, percent), _time(other, percent)]
    if None in times:
        missing = Finding(
            Outcome.BROKEN, f"p{percent:g} added", "a load has no successes, so there is nothing to compare"
        )
        load.settle(world, missing)
        return
    mine, bare = (each or 0.0 for each in times)
    says = f"{target} took {milliseconds(mine)} and {beside} {milliseconds(bare)} ({mine / bare:.1f} times as long)"
    what = f"p{percent:g} added by {target} with {_users(users)}"
    finding = found(mine - bare <= limit, what, (mine - bare) * 1000, limit * 1000, "ms", one.samples, says)
    load.settle(world, fair(finding, one.noise))


def within(world: World, users: int, percent: float, limit: float) -> None:
    """Judge the percentile of times through the gateway with so many users. Raises NotMet or Broken."""
    result = load.whole(world.part(Comparison).results[GATEWAY, users])
    load.settle(world, judge(result, Percentile(percent, limit, "requests")))


def growth(world: World, megabytes: float) -> None:
    """Judge by how much the gateway's memory grew for each 10,000 requests. Raises NotMet."""
    part = world.part(Comparison)
    sent = sum(result.samples for (target, _), result in part.results.items() if target == GATEWAY)
    enough(range(sent), "requests through the gateway", 100)
    grown = (part.after - part.before) / MEGABYTE
    # What a first load leaves behind is no growth for ever: it is judged by what so many requests would have left,
    # and by what was seen where fewer were sent.
    each = grown * min(1.0, PER / sent) if grown > 0 else grown
    says = f"{part.before / MEGABYTE:.0f} MB before and {part.after / MEGABYTE:.0f} MB after {sent:,} requests"
    load.settle(world, found(each <= megabytes, "memory added", each, megabytes, "MB", sent, says))


def _show(world: World) -> None:
    """Attach the table of all loads: requests a second, percentiles, failures, and memory."""
    part = world.part(Comparison)
    rows = ["target                                     users   requests/s   p50 ms   p95 ms   p99 ms  failed"]
    for (target, users), result in part.results.items():
        times = "".join(f"{(_time(result, percent) or 0) * 1000:9.2f}" for percent in PERCENTS)
        rate, failed = result.total.succeeded / result.seconds, sum(result.total.failures.values())
        rows.append(f"{target:42} {users:5} {rate:12.1f}{times} {failed:7}")
    if part.after:
        rows.append(
            f"memory of the gateway: {part.before / MEGABYTE:.1f} MB before, {part.after / MEGABYTE:.1f} MB after"
        )
    world.evidence.text("the loads side by side", "\n".join(rows))
    for (target, users), result in part.results.items():
        for percent in PERCENTS:
            if (time := _time(result, percent)) is not None:
                what = f"p{percent:g} of {target} with {_users(users)}"
                world.evidence.observation(what, round(time * 1000, 3), unit="ms", samples=result.samples)


def _time(result: LoadResult, percent: float) -> float | None:
    return result.total.percentile(percent)


def _name(key: tuple[str, int]) -> str:
    return f"{key[0]} with {_users(key[1])}"


def _users(count: int) -> str:
    return f"{count} user{'s' if count > 1 else ''}"

"""The stress run: sent, judged route by route, compared with another, and raised until its objectives break."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from support.base.outcomes import Broken, Outcome, UsageError
from support.base.waiting import let_pass
from support.checks.basis import enough
from support.checks.findings import found
from support.checks.load_demands import Percentile, Success, judge
from support.deployments import Measurable
from support.domains.automation import api, metrics, stress_mix
from support.evidence.charts import Axis, Chart, Limit, Line, Panel
from support.http import Exchange
from support.load import comparison, store
from support.load.plan import LoadPlan, Stage
from support.load.result import MICROSECOND, Endpoint, LoadResult
from support.load.runner import Workers, run
from support.subjects import load
from support.subjects.load import Loads
from support.world import measurements
from support.world.core import World, last

FIGURES = ("rate", "success", "resets", "p50", "p95", "p99")
COMPARED = ("rate", "success", "p50", "p95", "p99")
"""Figures of which a change in percent can be told wherever a route was answered."""
LOST = ("reset", "refused")
STEP_SECONDS = 6.0
LEAST = 250
"""Requests of each number of users, who send one a second each."""
MOST_USERS = 500
FACTOR = 2
SAMPLED_EVERY = 0.5
GREEDY_PAUSE, GREEDY = 0.01, 3
"""Seconds between two requests of a caller who asks too much, and over how many connections."""
BLOCKED = 429


@dataclass(slots=True)
class Watched:
    """What was seen while a load ran, by time: queue depth, latency, and a greedy caller's blocked requests."""

    depth: list[tuple[float, float]] = field(default_factory=list)
    latency: list[tuple[float, float]] = field(default_factory=list)
    blocks: list[tuple[float, float]] = field(default_factory=list)
    answers: list[Exchange] = field(default_factory=list)


@dataclass(slots=True)
class Stress:
    """The stress runs of a scenario: results, comparison, the steps of the search, and why a load was not begun."""

    compared: list[LoadResult] = field(default_factory=list)
    comparison: comparison.Comparison | None = None
    steps: list[tuple[int, float | None, Outcome]] = field(default_factory=list)
    watched: Watched | None = None
    not_begun: str = ""
    charts: list[str] = field(default_factory=list)


def send(world: World, users: int, spawn: int) -> LoadResult:
    """Send the stress mix by so many users; the result is the last load, which shared sentences judge."""
    return sent(world, stress_mix.plan(world, users, spawn))


def sent(world: World, plan: LoadPlan) -> LoadResult:
    """Run a load and keep it."""
    asked, watched = world.settings.load, world.deployment
    watch = watched.usage if isinstance(watched, Measurable) else None
    progress: Callable[..., None] = lambda progress: world.progress(progress.says)  # noqa: E731
    result = run(plan, watch, Workers.of(asked), progress, run_id=world.settings.run_id)
    store.keep(result, world.settings.reports, f"{world.settings.interface} {world.scenario}")
    world.part(Loads).results.append(result)
    measurements.show_load(world.evidence, result, world.injected_faults)
    world.saw_load(result)
    return result


def prepare(world: World, password: str) -> None:
    """Check what a load needs before it begins, and note why it was not begun, if so."""
    try:
        stress_mix.check_password(world, password)
    except UsageError as error:
        world.part(Stress).not_begun = str(error)
        world.show("why the load was not begun", str(error))


def lost_connections(world: World) -> dict[str, int]:
    """The routes of the last load whose connections were reset or refused, and how often."""
    result = load.whole(world.part(Loads).last)
    found_lost = {each.name: sum(each.failures.get(kind, 0) for kind in LOST) for each in result.endpoints}  # type: ignore[call-overload]
    return {name: count for name, count in found_lost.items() if count}


def mean(world: World) -> float:
    """The seconds that a success of the last load took in the mean."""
    return mean_of(load.whole(world.part(Loads).last).total)


def mean_of(endpoint: Endpoint) -> float:
    """The mean time of the successes of an endpoint, in seconds."""
    microseconds = sum(at * count for at, count in endpoint.times.buckets())
    return microseconds * MICROSECOND / max(1, endpoint.succeeded)


def per_ten_minutes(world: World) -> float:
    """How many requests of the last load succeeded, for each ten minutes."""
    result = load.whole(world.part(Loads).last)
    return result.total.succeeded / result.seconds * 600


def incomplete_rows(world: World) -> list[str]:
    """The routes of the mix of which the last result lacks a row, or a figure in it."""
    result = load.whole(world.part(Loads).last)
    rows = {each.name: each for each in result.endpoints}
    lacking = [
        f"{call.name}: no row" for call in result.plan.calls if call.name not in rows or not rows[call.name].count
    ]
    for name, row in rows.items():
        if row.succeeded and None in (row.success, row.percentile(50), row.percentile(95), row.percentile(99)):
            lacking.append(f"{name}: a figure is missing")
    show_rows(world, result)
    return lacking


def show_rows(world: World, result: LoadResult) -> None:
    """Attach a row for each route: requests, success, average, percentiles, and failures by kind and first words."""
    heads = ["route", "requests", "success", "average ms", "p50 ms", "p95 ms", "p99 ms", "failures"]
    rows = [
        [
            each.name,
            each.count,
            f"{each.success or 0:.2%}",
            f"{mean_of(each) * 1000:.1f}" if each.succeeded else "",
            *(f"{(each.percentile(at) or 0) * 1000:.1f}" for at in (50, 95, 99)),
            "; ".join(
                f"{count} by {kind}: {each.said.get(kind, '')}" for kind, count in each.failures.items() if count
            ),
        ]
        for each in result.endpoints
    ]
    world.evidence.table(f"{result.plan.name}: by route", heads, rows)


def unexpected(world: World) -> dict[str, str]:
    """The routes of the last load that were answered otherwise than they should be, and what was said first."""
    result = load.whole(world.part(Loads).last)
    missed = [each for each in result.endpoints if stress_mix.INTENDED in each.name]
    enough([each for each in missed if each.count], "intended misses in the load")
    return {each.name: next(iter(each.said.values()), "") for each in result.endpoints if each.succeeded < each.count}


def wrong_diagnosis(world: World) -> list[str]:
    """What the result of the load with the three mistakes does not tell apart."""
    result = load.whole(world.part(Loads).last)
    said = {each.name: each.said.get("status", "") for each in result.endpoints}
    expected = {
        stress_mix.BAD: str(world.system.refusal("invalid-request").status),
        stress_mix.MISSING: str(world.system.refusal("not-found").status),
    }
    show_rows(world, result)
    wrong = [
        f"{name}: {said.get(name)!r}, not {code}"
        for name, code in expected.items()
        if not said.get(name, "").startswith(code)
    ]
    return wrong + [f"{name}: {told}" for name, told in unexpected(world).items() if stress_mix.INTENDED in name]


def compare(world: World) -> list[str]:
    """Set the last two stress runs side by side, and attach that. Returns what the comparison lacks."""
    before, after = enough(world.part(Stress).compared, "stress runs to compare", 2)[-2:]
    compared = comparison.compare({"stress mix": before}, {"stress mix": after})
    world.part(Stress).comparison = compared
    rows = [[row.endpoint, *(change.line for change in row.changes)] for row in compared.rows]
    world.evidence.table(
        "one worker beside four", ["route", *(change.figure for change in compared.rows[0].changes)], rows
    )
    names = {row.endpoint for row in compared.rows}
    lacking = [f"{call.name}: no row" for call in after.plan.calls if call.name not in names]
    for row in compared.rows:
        figures = {change.figure: change for change in row.changes}
        lacking += [f"{row.endpoint}: no {name}" for name in FIGURES if name not in figures]
        unchanged = [name for name in COMPARED if name in figures and figures[name].percent is None]
        lacking += [f"{row.endpoint}: no change of {name} in percent" for name in unchanged]
    return lacking


def raise_users(world: World, start: int, most: tuple[float, float], share: float) -> None:
    """Double the users from ``start`` on until the objectives break, or there are the most that are tried."""
    objectives, users = (Percentile(*most, "requests"), Success(share)), start
    sent_calls = stress_mix.calls(world)
    while users <= MOST_USERS:
        seconds = max(STEP_SECONDS * min(world.settings.load.scale, 10), LEAST / users)
        stages = (Stage(seconds=seconds, users=users),)
        plan = stress_mix.plan_of(
            world, f"{users} users", sent_calls, stages=stages, think=stress_mix.THINK, warm_up=1.0
        )
        result = sent(world, plan)
        findings = [judge(result, each) for each in objectives]
        outcomes = {each.outcome for each in findings}
        outcome = next((each for each in (Outcome.NOT_MET, Outcome.BROKEN) if each in outcomes), Outcome.MET)
        at = result.total.percentile_of_all(most[0])
        world.part(Stress).steps.append((users, at if at is not None and math.isfinite(at) else None, outcome))
        if outcome is not Outcome.MET:
            break
        users = min(users * FACTOR, MOST_USERS) if users < MOST_USERS else MOST_USERS + 1
    _show_capacity(world, most[1])


def demand_capacity(world: World, least: int) -> None:
    """Judge the highest number of users that kept the objectives."""
    steps = enough(world.part(Stress).steps, "numbers of users that were tried")
    kept = max((users for users, _, outcome in steps if outcome is Outcome.MET), default=0)
    if steps[-1][2] is Outcome.BROKEN and kept < least:
        raise Broken(f"at {steps[-1][0]} users nothing could be seen")
    bound = "" if any(outcome is Outcome.NOT_MET for _, _, outcome in steps) else "at least "
    said = f"the objectives are kept up to {bound}{kept} users, where {least} are needed"
    load.settle(world, found(kept >= least, "capacity", kept, least, "users", len(steps), said))


def send_beside_greedy(world: World, users: int, spawn: int) -> None:
    """Send the stress mix while the queue is watched, and one more caller asks without a pause."""
    world.part(Stress).watched = watched = Watched()
    plan = stress_mix.plan(world, users, spawn, "stress mix beside a greedy caller")
    with ExitStack() as stack:
        stack.enter_context(_meanwhile(lambda at: _sample(world, watched, at), SAMPLED_EVERY))
        for _ in range(GREEDY):
            stack.enter_context(_meanwhile(lambda at: _ask(world, watched, at), GREEDY_PAUSE))
        result = sent(world, plan)
    watched.latency = [(second.at, second.p95 * 1000) for second in result.timeline if second.p95 is not None]


def show_together(world: World) -> list[str]:
    """Attach the one chart of queue, latency and blocks. Returns which of its lines have no points."""
    watched = last([each] if (each := world.part(Stress).watched) else [], "no load has been watched yet")
    blocks = [(at, float(sum(1 for moment, _ in watched.blocks if at <= moment < at + 1))) for at in _seconds(watched)]
    drawn = {"queue depth": watched.depth, "p95": watched.latency, "blocks": blocks}
    units = {"queue depth": Axis("jobs"), "p95": Axis("latency", "ms"), "blocks": Axis("blocks per second")}
    panels = tuple(Panel(units[name], (Line(name, tuple(points)),)) for name, points in drawn.items() if points)
    measurements.show(world.evidence, Chart("queue, latency and blocks", Axis("time", "s"), panels))
    return [name for name, points in drawn.items() if len(points) < 2]


def wrongly_blocked(world: World) -> list[str]:
    """Whoever was blocked without asking too much; or the greedy caller, if it was not."""
    result, watched = load.whole(world.part(Loads).last), world.part(Stress).watched
    said = [
        f"{each.name}: {told}"
        for each in result.endpoints
        for told in each.said.values()
        if told.startswith(str(BLOCKED))
    ]
    return said if watched and watched.blocks else [*said, "the greedy caller was never told to wait"]


def _sample(world: World, watched: Watched, at: float) -> None:
    depth = metrics.read(world).queue_depth
    if depth is not None:
        watched.depth.append((at, float(depth)))


def _ask(world: World, watched: Watched, at: float) -> None:
    answer = api.call(world, api.USER, "GET", "leads")
    watched.answers.append(answer)
    if answer.status == BLOCKED:
        watched.blocks.append((at, 1.0))


def _seconds(watched: Watched) -> list[float]:
    return [float(second) for second in range(math.ceil(max((at for at, _ in watched.depth), default=0.0)))]


@contextmanager
def _meanwhile(do: Callable[[float], None], every: float) -> Iterator[None]:
    """Do something again and again, until the block ends; it is given the seconds since it began."""
    over, began = threading.Event(), time.monotonic()
    trouble: list[BaseException] = []

    def go_on() -> None:
        try:
            while not over.is_set():
                do(time.monotonic() - began)
                let_pass(every, "the next look at what happens beside the load")
        except BaseException as error:  # noqa: BLE001 -- raised again where the load ends
            trouble.append(error)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if trouble:
        raise trouble[0]


def _show_capacity(world: World, p95: float) -> None:
    steps = world.part(Stress).steps
    kept = [(float(users), at) for users, at, outcome in steps if at is not None and outcome is Outcome.MET]
    missed = [(float(users), at) for users, at, outcome in steps if at is not None and outcome is not Outcome.MET]
    limit = Limit(p95 * 1000, f"limit of {p95 * 1000:g} ms")
    lines = tuple(
        Line(name, tuple((users, at * 1000) for users, at in points), dots=dots)  # type: ignore[arg-type]
        for name, points, dots in (("kept", kept, "filled"), ("missed", missed, "hollow"))
        if points
    )
    chart = Chart(
        "capacity: users tried, and the times at each", Axis("users"), (Panel(Axis("p95", "ms"), lines, (limit,)),)
    )
    measurements.show(world.evidence, chart)
    world.evidence.table("users tried", ["users", "p95 s", "outcome"], [[*step] for step in steps])

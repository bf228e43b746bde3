"""What the metrics count, in both of their formats, beside what the orchestrator's callers have seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from support.base.outcomes import NotMet, WaitedInVain
from support.base.waiting import let_pass, until
from support.checks import exposition, shapes
from support.checks.basis import enough
from support.domains.automation import api
from support.domains.automation.limits import Asked
from support.http import Exchange, HttpClient
from support.world.core import World, last

SCRAPERS_FORMAT = "text/plain;version=0.0.4"
COUNTED_WITHIN = 3.0
"""Seconds within which a request that was answered must have been counted by all workers."""
SMALLEST_PART = 0.1
"""Of what a caller waited for a log-in, which costs the orchestrator much more than the way to it."""
CLOCK_ERROR = 1.5
"""Seconds by which an uptime in whole seconds may differ from what has passed."""


class LimitShown(BaseModel):
    """The settings of the rate limit, as the metrics show them."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool
    window_seconds: int
    max_requests: int


class Counts(BaseModel):
    """The metrics, in the words of the source."""

    model_config = ConfigDict(extra="ignore")

    requests_total: int
    requests_failed: int
    avg_latency_ms: float
    max_latency_ms: float
    uptime_seconds: float
    queue_depth: int | None
    rate_limit: LimitShown

    @property
    def latency_total(self) -> float:
        """The milliseconds that all requests took together."""
        return self.avg_latency_ms * self.requests_total


@dataclass(slots=True)
class Readings:
    """The first reading, when it was made, by how much a reading counts itself, and readings by any worker."""

    first: Counts | None = None
    at: float = 0.0
    own: int = 0
    since: int = 0
    apart: list[Counts] = field(default_factory=list)

    @property
    def base(self) -> Counts:
        """The first reading. Raises Broken before there is one."""
        return last([self.first] if self.first else [], "the metrics have not been read yet")


def read(world: World, client: HttpClient | None = None) -> Counts:
    """The metrics as they are now."""
    answer = (client or world.http).get(world.endpoint("figures"), token=world.system.token(api.ADMIN))
    world.part(Readings).since += 1
    return shapes.read(api.done(answer), Counts)


def start(world: World) -> None:
    """Read the metrics: what is counted from now on is compared with this. A reading may count itself, or not."""
    noted = world.part(Readings)
    one = _settled(world)
    noted.first = read(world)
    noted.own = noted.first.requests_total - one.requests_total
    noted.at, noted.since = time.monotonic(), 0
    if noted.own not in (0, 1):
        raise NotMet(f"expected two readings with nothing between to differ by one at most, but they do by {noted.own}")


def make(world: World, good: int, bad: int) -> None:
    """Make so many good and bad requests for leads, each over a connection of its own."""
    path, token = world.endpoint("leads"), world.system.token(api.USER)

    def send(client: HttpClient, number: int) -> Exchange:
        return client.get(f"{path}/nobody-has-this" if number < bad else path, token=token)

    api.apart(world, good + bad, send)


def rise(world: World, expected: int, failed: int) -> tuple[int, int]:
    """By how much requests and failures rose since the first reading, less the readings themselves.

    Looked at until it is what was expected, or all workers must have counted.
    """
    noted = world.part(Readings)
    seen = (-1, -1)

    def risen() -> bool:
        nonlocal seen
        now = read(world)
        readings = noted.own * noted.since
        seen = (
            now.requests_total - noted.base.requests_total - readings,
            now.requests_failed - noted.base.requests_failed,
        )
        return seen == (expected, failed)

    _look(risen, "the metrics to count the requests")
    return seen


def read_apart(world: World, count: int) -> None:
    """Read the metrics so often, each time over a connection of its own."""
    let_pass(COUNTED_WITHIN / 2, "each worker tells the others what it has counted")
    for _ in range(count):
        client = world.client_for(world.deployment.url)
        world.part(Readings).apart.append(read(world, client))


def too_few(world: World) -> list[int]:
    """The readings that counted fewer requests than were made before them."""
    readings = enough(world.part(Readings).apart, "readings of the metrics")
    return [each.requests_total for each in readings if each.requests_total < len(enough(world.exchanges, "requests"))]


def latency_beside_callers(world: World) -> tuple[float, float]:
    """The mean latency since the first reading, and what the callers waited for in the mean; both in milliseconds."""
    made = enough(world.part(Asked).answers, "requests since the metrics were read")
    base, now = world.part(Readings).base, read(world)
    counted = now.requests_total - base.requests_total
    mean = (now.latency_total - base.latency_total) / max(1, counted)
    return mean, sum(answer.duration for answer in made) / len(made) * 1000


def uptime_rise(world: World) -> tuple[float, float]:
    """By how much the uptime grew since the first reading, and how many seconds have passed."""
    now = read(world)
    return now.uptime_seconds - world.part(Readings).base.uptime_seconds, time.monotonic() - world.part(Readings).at


def depth(world: World, wanted: Callable[[int], bool], what: str) -> int:
    """The queue's depth, once it is what is wanted. Raises NotMet if it does not get so."""
    seen: list[int] = []

    def looked() -> bool:
        seen.append(-1 if (told := read(world).queue_depth) is None else told)
        return wanted(seen[-1])

    until(looked, world.settings.timeouts.settle, f"a queue depth of {what}", poll=0.1, failing=NotMet)
    return seen[-1]


def limit_shown(world: World) -> tuple[int, int]:
    """How many requests in how many seconds the metrics show as the limit. Raises NotMet if they show none."""
    shown = read(world).rate_limit
    if not shown.enabled:
        raise NotMet(f"expected metrics that show the rate limit, but they show none: {shown}")
    return shown.max_requests, shown.window_seconds


def scraped(world: World) -> dict[str, float]:
    """The metrics in the scrapers' format: each name, and the sum of its samples."""
    headers = {"Accept": SCRAPERS_FORMAT}
    answer = api.call(world, api.ADMIN, "GET", "figures", headers=headers)
    try:
        samples = exposition.read(answer.text)
    except ValueError as error:
        raise NotMet(
            f"expected an exposition for scrapers, but it cannot be read: {error}\n{answer.describe()}"
        ) from error
    names = {name for name, _ in samples}
    return {name: exposition.total(samples, name, {}) for name in names}


def disagreements(world: World) -> list[str]:
    """The figures on which the two formats disagree, but for the readings that lie between them."""
    let_pass(COUNTED_WITHIN / 2, "each worker tells the others what it has counted")
    before, samples, after = read(world), scraped(world), read(world)
    figures = {
        "requests": (before.requests_total, after.requests_total),
        "queue-depth": (before.queue_depth or 0, after.queue_depth or 0),
    }
    told = {name: samples.get(world.system.metric(name)) for name in figures}
    return [
        f"{name}: {told[name]} for scrapers, {low} to {high} otherwise"
        for name, (low, high) in figures.items()
        if (value := told[name]) is None or not low <= value <= high
    ]


def _settled(world: World) -> Counts:
    """The metrics once two readings with a pause between them differ by their own reading at most."""

    def same() -> Counts | None:
        before = read(world)
        let_pass(0.3, "what other workers have counted comes in")
        now = read(world)
        return now if now.requests_total - before.requests_total <= 1 else None

    return until(same, COUNTED_WITHIN, "the metrics to settle", failing=NotMet)


def _look(condition: Callable[[], bool], what: str) -> None:
    try:
        until(condition, COUNTED_WITHIN, what, poll=0.2)
    except WaitedInVain:
        return

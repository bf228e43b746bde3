"""What the gateway counts, beside what callers and upstreams have seen."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from support.base.outcomes import NotMet, NotVerified, WaitedInVain
from support.base.waiting import until
from support.checks import exposition
from support.checks.basis import enough
from support.domains.gateway import asking, routing
from support.domains.gateway.reading import parsed, usage_of
from support.http import Exchange, HttpClient
from support.subjects.metrics import MetricsBaseline
from support.world.core import World

COUNTED_WITHIN = 5.0
"""Seconds within which what was answered must have been counted."""
REDIRECTS = (301, 302, 307, 308)


def read(world: World, client: HttpClient | None = None) -> exposition.Samples:
    """The metrics now, from where they are, one redirect away at most. Raises NotMet if they cannot be read."""
    asked = client or world.http
    headers = asking.headers_of(world, "", asking.CALLER)
    answer = asked.get(world.endpoint("metrics"), headers=headers)
    if answer.status in REDIRECTS:
        answer = asked.get(urlsplit(answer.headers.get("Location", "")).path or "/", headers=headers)
    return samples_in(answer)


def samples_in(answer: Exchange) -> exposition.Samples:
    """The samples of an answer. Raises NotMet if it is no exposition."""
    if not answer.ok:
        raise NotMet(f"expected metrics, but got\n{answer.describe()}")
    try:
        return exposition.read(answer.text)
    except ValueError as error:
        raise NotMet(f"expected a Prometheus exposition, but it cannot be read: {error}") from error


def begin(world: World) -> None:
    """Read the metrics once they rest; what is counted from now on is compared with this."""
    seen: list[exposition.Samples] = []

    def rests() -> bool:
        seen.append(read(world))
        name = world.system.metric("requests")
        return len(seen) > 1 and exposition.total(seen[-1], name, {}) == exposition.total(seen[-2], name, {})

    with suppress(WaitedInVain):  # a gateway may count readings too; what is judged has other labels
        until(rests, COUNTED_WITHIN, "the metrics to rest", poll=0.2)
    world.part(MetricsBaseline).samples = seen[-1]


def labels(world: World, status: int) -> dict[str, str]:
    """The labels of the counter of requests for this status, and for the chat's path where it tells paths apart."""
    name = world.system.metric("requests")
    declared = world.system.metrics["requests"]
    named = declared.labels
    if named.status is None:
        raise NotVerified(
            f"{world.system.path} does not declare metrics.requests.labels.status, by which {name} is read"
        )
    path = {named.endpoint: declared.paths.get(asking.CHAT, asking.CHAT)} if named.endpoint else {}
    return {named.status: declared.shown(status), **path}


def rise(world: World, status: int, expected: float, client: HttpClient | None = None) -> float:
    """By how many the requests with this status rose since the metrics were read first, once it is so many."""
    name = world.system.metric("requests")
    if expected == 0:
        enough([sample for sample, _ in read(world, client) if sample == name], f"samples of {name}")
    return _awaited(world, name, labels(world, status), expected, client)


def _awaited(
    world: World, name: str, wanted: dict[str, str], expected: float, client: HttpClient | None = None
) -> float:
    found: list[float] = []

    def risen() -> bool:
        found.append(exposition.rise(world.part(MetricsBaseline).samples, read(world, client), name, wanted))
        return found[-1] == expected

    try:
        until(risen, COUNTED_WITHIN, name, poll=0.1)
    except WaitedInVain:
        return found[-1]
    return found[-1]


def read_apart(world: World, status: int, times: int) -> list[float]:
    """What each of several readings counts, each over a connection of its own."""
    clients = [asking.client_apart(world) for _ in range(times)]
    name, before = world.system.metric("requests"), world.part(MetricsBaseline).samples
    wanted = labels(world, status)
    return [exposition.rise(before, read(world, each), name, wanted) for each in clients]


def asked_with(world: World, status: int) -> int:
    """How many questions of the last step were answered with this status, as their callers saw it."""
    return sum(each.exchange.status == status for each in routing.asked(world))


def miscounted_tokens(world: World) -> list[str]:
    """The counters of tokens that rose otherwise than by the tokens that the upstream told in its answers."""
    read_, made = told_tokens(world)
    wrong = []
    for metric, expected in (("tokens-read", read_), ("tokens-made", made)):
        name = world.system.metric(metric)
        if (rose := _awaited(world, name, {}, expected)) != expected:
            wrong.append(f"{name} rose by {rose:g}, and the upstream told {expected} tokens")
    return wrong


def told_tokens(world: World) -> tuple[int, int]:
    """The tokens read and made that answers to the questions of the last step told, together."""
    told = []
    for each in routing.asked(world):
        documents = (
            [parsed(event.data) for event in each.stream.events] if each.stream else [parsed(each.exchange.body)]
        )
        told += [usage for document in documents if (usage := usage_of(document)) is not None]
    enough(told, "answers that tell their tokens", len(routing.asked(world)))
    return sum(read for read, _ in told), sum(made for _, made in told)

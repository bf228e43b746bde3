"""What gateway and explainers count, beside what callers have seen; and whose words stand in the labels."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from support.base.outcomes import Broken, NotMet, NotVerified, WaitedInVain
from support.base.waiting import let_pass, until
from support.checks import exposition
from support.checks.basis import enough
from support.checks.exposition import Samples
from support.deployments import TopologyDeployment
from support.domains.sidecar import api, traces
from support.domains.sidecar.explainers import PROCESS
from support.domains.sidecar.traces import Traces
from support.world.core import World

CHATS, REQUESTS, JOBS = "chat_requests_total", "http_requests_total", "explainer_jobs_total"
HISTOGRAMS = {
    "requests and chats": ("http_request_duration_seconds", "chat_request_duration_seconds"),
    "explanations": ("explainer_job_duration_seconds",),
}
DEPTH, BACKLOG, SHED, HELD = "explain_queue_depth", "explain_backlog_seconds", "explain_shed_total", "explain_recording"
SAMPLED_EVERY = 2.0
"""Seconds within which the gateway looks at how many traces are open."""
COUNTED_WITHIN = 6.0
"""Seconds within which what has happened must have been counted."""
WORDS = ("made-up", "acme-rival")
"""What callers make up contains one of these."""


@dataclass(slots=True)
class Readings:
    """The metrics as they were first read, of the gateway and of all explainers, and as they were read last."""

    gateway: Samples = field(default_factory=dict)
    explainers: list[Samples] = field(default_factory=list)
    last: Samples = field(default_factory=dict)
    read_after: float = 0.0


def of_gateway(world: World) -> Samples:
    """The gateway's metrics as they are now. Raises NotMet if there are none."""
    return _read(world, world.deployment.url)


def of_explainers(world: World) -> list[Samples]:
    """The metrics of each explainer as they are now. Raises NotVerified where they cannot be reached."""
    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(f"the metrics of the explainers of a {world.deployment.kind} deployment cannot be reached")
    return [_read(world, each.url) for each in world.deployment.processes[PROCESS].replicas]


def begin(world: World) -> None:
    """Read all metrics; what is counted from now on is compared with this."""
    world.part(Readings).gateway = of_gateway(world)
    world.part(Readings).explainers = of_explainers(world)


def read_gateway(world: World) -> None:
    """Read the gateway's metrics, once they count what has happened, and note how long traces have waited."""
    open_now = sum(traces.look(world, each) not in traces.ENDED for each in world.part(Traces).made)
    await_open(world, open_now)
    mine = world.part(Readings)
    mine.last, mine.read_after = of_gateway(world), time.time() - world.part(Traces).made[0].chat.started


def read_explainers(world: World) -> None:
    """Read the metrics of all explainers, and take them together."""
    together: Samples = {}
    for samples in of_explainers(world):
        for key, value in samples.items():
            together[key] = together.get(key, 0.0) + value
    world.part(Readings).last = together


def made_up_anywhere(world: World) -> list[str]:
    """The labels of gateway and explainers that hold what callers made up."""
    return [label for samples in (of_gateway(world), *of_explainers(world)) for label in made_up_labels(samples)]


def lacking(samples: Samples, names: Iterable[str]) -> list[str]:
    """The counters that have no sample, or none above zero."""
    return [name for name in enough(list(names), "counters") if exposition.total(samples, name, {}) <= 0]


def lacking_histograms(samples: Samples, of: str) -> list[str]:
    """The histograms of which there are no buckets with values, no sum or no count."""
    return [
        f"{name}{suffix}"
        for name in HISTOGRAMS[of]
        for suffix in ("_bucket", "_count", "_sum")
        if exposition.total(samples, f"{name}{suffix}", {}) <= 0
    ]


def risen(world: World, name: str, labels: Mapping[str, str]) -> float:
    """By how much a counter of the gateway has risen since the metrics were read first."""
    return exposition.rise(world.part(Readings).gateway, of_gateway(world), name, labels)


def jobs_risen(world: World, outcome: str) -> float:
    """By how much the explanations with an outcome have risen, of all explainers together."""
    now, before = of_explainers(world), world.part(Readings).explainers
    labels = {"outcome": outcome}
    return sum(exposition.total(each, JOBS, labels) for each in now) - sum(
        exposition.total(each, JOBS, labels) for each in before
    )


def settle_jobs(world: World, outcome: str, expected: float) -> float:
    """The same, once it is what was expected or some time has passed."""
    try:
        until(
            lambda: jobs_risen(world, outcome) == expected, COUNTED_WITHIN, "the explanations to be counted", poll=0.1
        )
    except WaitedInVain:
        return jobs_risen(world, outcome)
    return jobs_risen(world, outcome)


def settle(world: World, name: str, labels: Mapping[str, str], expected: float) -> float:
    """By how much a counter has risen, once it is what was expected or some time has passed."""
    try:
        until(lambda: risen(world, name, labels) == expected, COUNTED_WITHIN, f"{name} to be counted", poll=0.1)
    except WaitedInVain:
        return risen(world, name, labels)
    return risen(world, name, labels)


def await_open(world: World, expected: float) -> float:
    """How many traces wait or run, once it is what was expected or some time has passed."""
    try:
        until(lambda: depth(world) == expected, COUNTED_WITHIN, f"{DEPTH} to be {expected:g}", poll=0.1)
    except WaitedInVain:
        return depth(world)
    return depth(world)


def depth(world: World) -> float:
    """How many traces wait or run, by the gateway's metrics."""
    return exposition.total(of_gateway(world), DEPTH, {})


def await_nothing_held(world: World) -> float:
    """How many traces and copies of chats are in anybody's hands, once there are none or some time has passed."""
    let_pass(SAMPLED_EVERY, "the gateway has looked at what is open by then")

    def held() -> float:
        samples = of_gateway(world)
        return exposition.total(samples, DEPTH, {}) + exposition.total(samples, HELD, {})

    try:
        until(lambda: held() == 0, COUNTED_WITHIN, "nothing to be in anybody's hands", poll=0.1)
    except WaitedInVain:
        return held()
    return held()


def chat_mix(world: World, plain: int, explained: int, refused: int) -> None:
    """Have users chat: so many plainly, so many explained, and so many who are refused for what they ask."""
    for number in range(plain):
        traces.explain(world, f"Plain {number}", level=None)
    for number in range(explained):
        traces.explain(world, f"Explained {number}")
    for _ in range(refused):
        api.act(world, api.USER, "POST", "chat", json=api.body_of("?"), headers={api.MODE: "no-such-mode"})
    for trace in world.part(Traces).made:
        traces.await_end(world, trace)


def chat_made_up(world: World, count: int) -> None:
    """Have users send so many chats, each with words of its own wherever a caller can put some."""
    for number in range(count):
        word = f"{WORDS[0]}-{uuid.uuid4().hex}"
        headers = {api.MODE: api.HYPERGRAPH, "x-tenant-id": f"{WORDS[1]}-{number}", api.TRACE: word, "User-Agent": word}
        api.chat(world, api.USER, {**api.body_of(word), "model": word, "user": word}, headers, f"?{word}={word}")
        api.chat(world, api.USER, api.body_of(word), {**headers, api.LEVEL: word})
        world.http.request("GET", f"{world.endpoint('traces')}/{word}", token=world.system.token(api.USER))
        world.http.request("GET", f"/v1/{word}")
        world.http.request(word.replace("-", "")[:20].upper(), world.endpoint("chat"))


def made_up_labels(samples: Samples) -> list[str]:
    """The labels that hold what callers made up, or what looks like the name of a trace."""
    pairs = {pair for _, labels in enough(samples, "samples") for pair in labels}
    return sorted(f"{name}={value}" for name, value in pairs if any(word in value.lower() for word in WORDS))


def grown(before: Samples, after: Samples, most: int) -> dict[str, int]:
    """The metrics of which more series were added than allowed, and how many; buckets of a histogram count once."""
    old, new = _series(before), _series(after)
    added = {name: len(found - old.get(name, set())) for name, found in new.items()}
    return {name: count for name, count in added.items() if count > most}


def _series(samples: Samples) -> dict[str, set[frozenset[tuple[str, str]]]]:
    found: dict[str, set[frozenset[tuple[str, str]]]] = {}
    for name, labels in samples:
        found.setdefault(name, set()).add(frozenset(pair for pair in labels if pair[0] != "le"))
    return found


def waiting_otherwise(world: World, count: int) -> list[str]:
    """What the gateway tells otherwise of the traces that wait: how many, and how long the oldest has waited."""
    waited = world.part(Readings).read_after
    seen = world.part(Readings).last
    depth, oldest = exposition.total(seen, DEPTH, {}), exposition.total(seen, BACKLOG, {})
    wrong = [] if depth == count else [f"{DEPTH} is {depth:g}, not {count}"]
    if not 0 < oldest <= waited + 1.0:
        wrong.append(f"{BACKLOG} is {oldest:g}, and the oldest was accepted {waited:.1f} s ago")
    return wrong


def _read(world: World, url: str) -> Samples:
    answer = world.client_for(url).get(world.endpoint("metrics"))
    if answer.status is None:
        raise Broken(f"the metrics at {url} cannot be reached: {answer}")
    if not answer.ok:
        raise NotMet(f"expected metrics, but got {answer}")
    try:
        return exposition.read(answer.text)
    except ValueError as error:
        raise NotMet(f"expected a Prometheus exposition, but it cannot be read: {error}") from error

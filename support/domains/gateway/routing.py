"""Judges which upstreams were called for which question, under which name and key, and who answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

from support.base.outcomes import NotVerified
from support.checks.basis import enough
from support.domains.gateway import asking, stream_judgements
from support.domains.gateway.asking import Asked, Register
from support.domains.gateway.reading import field, parsed
from support.domains.gateway.streams import Stream
from support.world.core import World
from support.world.upstreams import Upstreams

SIGMAS = 5.0
"""Standard deviations by which a share may differ from its weight: chance exceeds that once in two million times."""


def asked(world: World) -> list[Asked]:
    """What the last step asked. Raises NothingToJudge if it asked nothing."""
    return enough(world.part(Register).current, "questions that were asked")


def wrong_answers(world: World, upstreams: Sequence[str] = (), questions: Iterable[Asked] | None = None) -> list[str]:
    """The questions that were not answered rightly: in full, by an upstream of the model, or by one of these."""
    judged = asked(world) if questions is None else enough(list(questions), "questions that were asked")
    return [f"{each}: {wrong}" for each in judged for wrong in _wrong_in(world, each, upstreams)]


def _wrong_in(world: World, each: Asked, upstreams: Sequence[str]) -> list[str]:
    right = [each.question.answer_of(name) for name in upstreams or asking.route(world, each.route).upstreams]
    if each.stream is not None:
        return _wrong_stream(each.stream, right)
    if not each.exchange.ok:
        return [f"it was refused\n{each.exchange.describe()}"]
    return [] if each.text in right else [f"it was answered {each.text!r}, and not {' or '.join(map(repr, right))}"]


def _wrong_stream(stream: Stream, right: Sequence[str]) -> list[str]:
    tried = [stream_judgements.wrong_in_whole(stream, text) for text in right]
    return min(tried, key=len)


def called_otherwise(world: World) -> list[str]:
    """The calls for the last question that did not carry the upstream's own name for the model, and its own key."""
    last = world.part(Register).last
    route, wrong = asking.route(world, last.route), []
    made = enough(asking.calls_of(asking.calls(world), last.question), "calls of upstreams for the question")
    for name, call in made:
        model, key = field(parsed(call.body), "model"), world.part(Upstreams)[name].key
        if model != route.model_upstream:
            wrong.append(f"{name} was asked for {model!r}, and not for {route.model_upstream!r}")
        if call.bearer != key:
            wrong.append(f"{name} was shown {'no key' if call.bearer is None else 'another key than its own'}")
    return wrong


def strangers_called(world: World) -> list[str]:
    """The upstreams that were called for a question although they are not configured for its model."""
    wrong, made = [], asking.calls(world)
    for each in asked(world):
        configured = asking.route(world, each.route).upstreams
        called = {name for name, _ in asking.calls_of(made, each.question)}
        wrong += [f"{each} led to a call of {name}" for name in sorted(called - set(configured))]
    return wrong


def calls_in_all(world: World) -> list[str]:
    """Every call that reached any upstream since the scenario began, in words."""
    enough(world.part(Register).asked or world.exchanges, "requests that could have led to calls")
    made = asking.calls(world)
    return [f"{name} got {call.method} {call.path}: {call.body[:200]}" for name in made for call in made[name]]


def calls_for_current(world: World) -> list[str]:
    """The calls that the questions of the last step have led to, in words."""
    made = asking.calls(world)
    return [
        f"{name} got {call.method} {call.path} for {each}"
        for each in asked(world)
        for name, call in asking.calls_of(made, each.question)
    ]


def counts(world: World) -> list[int]:
    """How many calls each question of the last step has led to."""
    made = asking.calls(world)
    return [len(asking.calls_of(made, each.question)) for each in asked(world)]


def more_calls_than(world: World, most: int) -> list[str]:
    """The questions of the last step that led to more calls than that."""
    wrong, made = [], asking.calls(world)
    for each in asked(world):
        if len(found := asking.calls_of(made, each.question)) > most:
            wrong.append(f"{each} led to {len(found)} calls, of {', '.join(name for name, _ in found)}")
    return wrong


def attempts(world: World, name: str) -> int:
    """To how many calls a question for a route may lead: as declared, or as many as it has upstreams.

    A gateway that also tries again may try each of them twice, where the definition does not say otherwise.
    """
    route = asking.route(world, name)
    again = 2 if "retries" in world.system.capabilities else 1
    return route.attempts or len(route.upstreams) * again


def shares(world: World, name: str) -> dict[str, int]:
    """How many calls each upstream of a route got for questions of the last step."""
    numbers = [each.question for each in asked(world) if each.route == name]
    made = asking.calls(world)
    bodies = {each: [call.body for call in made[each]] for each in asking.route(world, name).upstreams}
    return {each: sum(any(q.is_in(body) for q in numbers) for body in bodies[each]) for each in bodies}


def calls_of_weightless(world: World, name: str) -> dict[str, int]:
    """How many calls the upstreams of a route got whose weight is 0. Raises NotVerified if there are none."""
    route, made = asking.route(world, name), shares(world, name)
    weightless = [each for each, weight in zip(route.upstreams, route.weights, strict=True) if not weight]
    if not weightless:
        raise NotVerified(f"{world.system.path} gives no upstream of this route the weight 0, so that none can be seen")
    return {each: made[each] for each in weightless}


def off_weights(made: Mapping[str, int], weights: Sequence[int]) -> list[str]:
    """The upstreams whose share of the calls does not fit their weight, by more than chance explains."""
    calls = sum(made.values())
    enough(range(calls), "calls to judge shares by", 100)
    wrong = []
    for (name, got), weight in zip(made.items(), weights, strict=True):
        share = weight / sum(weights)
        allowed = SIGMAS * sqrt(calls * share * (1 - share))
        if abs(got - calls * share) > allowed:
            wrong.append(
                f"{name} with the weight {weight} got {got} of {calls}, and not {calls * share:g} ± {allowed:.0f}"
            )
    return wrong


def changed(sent: Any, arrived: Any, path: str = "") -> list[str]:
    """What of a document did not arrive as it was sent; what was added is no matter. 1 and 1.0 are the same, 0 and
    false are not."""
    if isinstance(sent, dict) and isinstance(arrived, dict):
        return [each for name in sent for each in changed(sent[name], arrived.get(name), f"{path}.{name}")]
    if isinstance(sent, list) and isinstance(arrived, list) and len(sent) == len(arrived):
        return [each for n, value in enumerate(sent) for each in changed(value, arrived[n], f"{path}[{n}]")]
    same = sent == arrived and isinstance(sent, bool) == isinstance(arrived, bool)
    return [] if same else [f"{path.lstrip('.')} was sent as {sent!r} and arrived as {arrived!r}"]

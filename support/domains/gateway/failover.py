"""Judges what becomes of failures: who answered in whose place, when, after which waits, and what callers were told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import pairwise

from support.base.outcomes import Broken, NotMet, WaitedInVain
from support.base.waiting import until
from support.checks.basis import enough
from support.domains.gateway import asking, routing, stream_judgements
from support.domains.gateway.asking import Asked, Register
from support.domains.gateway.capabilities import SILENCE
from support.domains.gateway.streams import Ending, Stream
from support.upstreams.calls import RecordedCall
from support.world.core import World
from support.world.upstreams import Upstreams

GRACE = 1.0
"""Seconds by which an answer may come later than its time-out says, on a busy machine."""
EARLY = 0.05
"""Seconds by which a clock may differ that a caller waits by."""
TIMED_OUT = 504
MANY_REQUESTS = 429
GONE_WITHIN = 5.0
"""Seconds for which it is waited for the end of a call; when it ended is judged by its own record."""


@dataclass(slots=True)
class NamedTimes:
    """When upstreams asked to be called again: seconds after an answer, or a time since the epoch."""

    seconds: dict[str, float] = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)


def not_failed(each: Asked) -> list[str]:
    """Why a caller was not told that the upstreams failed: a server error, or an overload passed on (429)."""
    status = each.exchange.status
    if each.stream is not None and each.stream.is_stream and stream_judgements.tells_of_break(each.stream):
        return []
    is_told = status is not None and (status >= 500 or status == MANY_REQUESTS)
    return [] if is_told else [f"{each}\n{each.exchange.describe()}"]


def not_timed_out(each: Asked, seconds: float) -> list[str]:
    """Why a caller was not told in time that its time was over: by 504, or by an error in a stream that had begun."""
    wrong = _late(each, seconds)
    stream = each.stream
    in_stream = stream is not None and stream.ok and stream.is_stream and stream_judgements.tells_of_break(stream)
    if each.exchange.status != TIMED_OUT and not in_stream:
        wrong.append(f"it was not told as a time-out (504)\n{each.exchange.describe()}")
    return wrong


def neither_answered_nor_timed_out(world: World, each: Asked, seconds: float) -> list[str]:
    """Why a caller had neither the right answer nor a time-out within its time."""
    answered = not routing.wrong_answers(world, questions=[each])
    return _late(each, seconds) if answered else not_timed_out(each, seconds)


def _late(each: Asked, seconds: float) -> list[str]:
    took = each.exchange.duration
    if each.exchange.status is None:
        return [f"no answer came: {each}"]
    limit = seconds + GRACE
    return [] if took <= limit else [f"it took {took:.2f} s, and {limit:g} s at most were allowed: {each}"]


def timeout(world: World, name: str) -> float:
    """The time-out of a route. Raises NotVerified, by way of Broken, where its definition says none."""
    if (declared := asking.route(world, name).timeout) is None:
        raise Broken(f"{world.system.path}: routes.{name}.timeout: say after how many seconds a request ends")
    return declared


def called_too_early(world: World) -> list[str]:
    """The calls of upstreams that came before the time that they had named when they refused."""
    times, wrong = world.part(NamedTimes), []
    named = enough({**times.seconds, **times.at}, "upstreams that named a time")
    for name in named:
        made = enough(world.part(Upstreams)[name].calls(), f"calls of {name}")
        for earlier, later in pairwise(made):
            if earlier.status < 400 or earlier.answered is None:
                continue
            due = times.at.get(name, earlier.answered + times.seconds.get(name, 0.0))
            if later.begun < due - EARLY:
                wrong.append(f"{name} was called again {due - later.begun:.2f} s before the time that it had named")
    return wrong


def left_alone(world: World, upstream: str, last: int) -> int:
    """For how many of the last questions an upstream was not called."""
    judged = enough(routing.asked(world), "questions that were asked", last)[-last:]
    made = asking.calls(world)
    return sum(upstream not in {name for name, _ in asking.calls_of(made, each.question)} for each in judged)


def await_answer_by(world: World, name: str, upstream: str, seconds: float) -> None:
    """Ask for a route again and again until an upstream answers. Raises NotMet if it does not in time."""
    seen: list[str] = []

    def answered() -> bool:
        made = asking.one(world, name)
        seen.append(made.speaker or str(made.exchange.status or made.exchange.error))
        return made.speaker == upstream

    try:
        until(answered, seconds, f"{upstream} to answer", poll=0.1)
    except WaitedInVain as error:
        raise NotMet(
            f"expected {upstream}, which is well again, to answer the {name} model within {seconds:g} s, "
            f"but {len(seen)} questions were answered by {', '.join(dict.fromkeys(seen))}"
        ) from error


def silent_too_long(world: World, each: Asked) -> list[str]:
    """Why a caller was not told in time that nothing more comes: each try may take the time-out of a silent stream."""
    stream = _stream_of(each)
    begun = stream.events[-1].at if stream.events else stream.started
    tries = 1 if stream.events else routing.attempts(world, each.route)
    allowed = SILENCE * tries + 2 * GRACE
    wrong = [] if stream_judgements.tells_of_break(stream) else [f"the caller was not told that it broke: {stream}"]
    if stream.ending is Ending.LATE or stream.ended - begun > allowed:
        wrong.append(f"it took {stream.ended - begun:.2f} s of silence, and {allowed:g} s were allowed: {stream}")
    return wrong


def ended_calls(world: World, questions: list[Asked]) -> list[tuple[Asked, RecordedCall]]:
    """The last call of each question, once all of them have ended or some time has passed."""

    def found() -> list[tuple[Asked, RecordedCall]]:
        made = asking.calls(world)
        return [(each, asking.call_of(made, each.question)[1]) for each in questions]

    try:
        until(lambda: all(call.ended is not None for _, call in found()), GONE_WITHIN, "calls to end", poll=0.1)
    except WaitedInVain:
        return found()
    return found()


def kept_open(world: World, questions: list[Asked], seconds: float) -> list[str]:
    """The upstreams' calls that went on for longer than that after their caller had gone, or the stream had ended."""
    wrong = []
    for each, call in ended_calls(world, enough(questions, "streams that ended early")):
        left = _stream_of(each).ended
        if call.ended is None:
            wrong.append(f"the call goes on {time.time() - left:.1f} s after its caller had gone: {each}")
        elif call.ended - left > seconds:
            wrong.append(f"the call ended {call.ended - left:.2f} s after its caller had gone: {each}")
    return wrong


def who_left(world: World) -> list[Asked]:
    """The questions of the last step whose callers went away."""
    return [each for each in world.part(Register).current if _stream_of(each).ending is Ending.LEFT]


def who_stayed(world: World) -> list[Asked]:
    """The questions of the last step whose callers stayed."""
    return [each for each in world.part(Register).current if _stream_of(each).ending is not Ending.LEFT]


def sent_for(world: World, each: Asked) -> tuple[str, RecordedCall]:
    """The upstream that a stream's text is from, and its call; the last one called if the text names none."""
    made = asking.calls_of(asking.calls(world), each.question)
    named = [(name, call) for name, call in made if name == each.speaker]
    return (named or enough(made, "calls for the stream"))[-1]


def _stream_of(each: Asked) -> Stream:
    if each.stream is None:
        raise Broken(f"this is no stream: {each}")
    return each.stream

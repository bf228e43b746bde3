"""Asks for streams of some length and pace, whose callers may go away, and compares them with what upstreams sent."""

from __future__ import annotations

from support.base.outcomes import Broken
from support.checks.basis import enough
from support.checks.matchers import Described
from support.domains.gateway import asking, failover, routing, stream_judgements
from support.domains.gateway.asking import Asked
from support.domains.gateway.events import StreamEvent
from support.domains.gateway.questions import Question
from support.domains.gateway.reading import data_events, told
from support.domains.gateway.streams import Leave, Stream
from support.world.core import World

LONG, SLOW = 200, 0.05
"""Tokens of a long stream, and seconds between two of them."""
STAYED = 40
"""Tokens of a stream whose other callers go away meanwhile."""


def paced(world: World, name: str, tokens: int, pace: float) -> Asked:
    """Have a caller ask for a stream of so many tokens at a pace (seconds)."""
    question = Question(asking.route(world, name).model, tokens=tokens, pace=pace, stream=True)
    return asking.ask_stream(world, name, question)


def long(world: World, name: str, leave: Leave | None, tokens: int = LONG) -> Asked:
    """Have a caller ask for a long stream, and go away."""
    question = Question(asking.route(world, name).model, tokens=tokens, pace=SLOW, stream=True)
    return asking.ask_stream(world, name, question, leave=leave)


def some_leave(world: World, name: str, count: int, tokens: int) -> None:
    """Have callers ask for long streams at once, of whom every second one goes away after so many tokens."""
    leaves = [Leave(events=tokens) if number % 2 else None for number in range(count)]
    asking.together([lambda leave=leave: long(world, name, leave, STAYED) for leave in leaves], count)  # type: ignore[misc]


def stream_of(asked: Asked) -> Stream:
    """The stream that answered a question. Raises Broken if none did."""
    if asked.stream is None:
        raise Broken(f"this is no stream: {asked}")
    return asked.stream


def telling_of_break() -> Described[Stream]:
    """A stream by which its caller can tell that it broke."""
    what = "a stream that was cut off, or tells an error, or what cannot be read"
    told_as_whole = lambda stream: f"it ended as if it were whole\n{stream.describe()}"  # noqa: E731
    return Described(what, stream_judgements.tells_of_break, told_as_whole)


def sent_for(world: World, asked: Asked) -> list[StreamEvent]:
    """The events that the upstream whose text the caller was told has sent."""
    _, call = failover.sent_for(world, asked)
    return data_events([(event.at, event.data) for event in call.events])


def late_tokens(world: World, asked: Asked, ahead: int) -> list[str]:
    """The tokens that came only after the upstream had made the one that stands so many after them."""
    sent = sent_for(world, asked)
    enough([event for event in sent if told(event).text], "tokens that the upstream has made", ahead + 1)
    return stream_judgements.late_tokens(stream_of(asked), sent, ahead)


def usages(world: World, asked: Asked) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The numbers of tokens that the caller was told, and those that the upstream has sent."""
    mine, sent = ([told(event).usage for event in each] for each in (stream_of(asked).events, sent_for(world, asked)))
    return [each for each in mine if each], [each for each in sent if each]


def more_than_sent(world: World) -> list[str]:
    """What callers of the last step were told that their upstream has not sent."""
    return [
        wrong
        for asked in routing.asked(world)
        for wrong in stream_judgements.more_than_sent(stream_of(asked), sent_for(world, asked))
    ]


def mixed(world: World, asked: Asked) -> list[str]:
    """What a caller was told that is no beginning of what one upstream of the model answers."""
    answers = [asked.question.answer_of(name) for name in asking.route(world, asked.route).upstreams]
    return stream_judgements.mixed(stream_of(asked), answers)

"""Traces of chats: asked for, followed step by step to their end, cancelled, and judged by the way they went."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from support.base.outcomes import NotMet
from support.base.waiting import consistently, until
from support.checks import shapes
from support.checks.basis import enough
from support.checks.matchers import Described
from support.domains.sidecar import api, chaos, streams
from support.http import Exchange
from support.world.core import World, last

QUEUED, RUNNING, COMPLETE, FAILED, CANCELLED = "queued", "running", "complete", "failed", "cancelled"
ENDED = (COMPLETE, FAILED, CANCELLED)
FORWARD = {QUEUED: {RUNNING, *ENDED}, RUNNING: set(ENDED), COMPLETE: set(), FAILED: set(), CANCELLED: set()}
"""Status → those that may come after it."""
PATIENCE = 30.0
"""Seconds in which traces must have ended that a fault has held up: leases run out, and jobs are sent again."""
STAYS = 2.5
"""Seconds for which an end must last: longer than the explanation that might still overwrite it."""
PROMPT = "Water boils at 100 degrees. Salt raises the boiling point. Why is that so?"
NOBODYS = "0123456789abcdef" * 2
WAYS = {"as a whole": False, "word by word": True}
"""How an answer comes, in the words of Gherkin → whether it is streamed."""


SHORTEST_ID, MOST_ALIKE = 20, 0.5
"""Characters of an id that cannot be guessed; and the part of two ids that may be the same, place by place."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace that a chat has named: whose it is, and the chat that was answered."""

    id: str
    owner: str
    chat: Exchange


@dataclass(slots=True)
class Traces:
    """The chats and traces of a scenario in order, and the statuses that each trace was seen to have, in order."""

    chats: list[Exchange] = field(default_factory=list)
    made: list[Trace] = field(default_factory=list)
    seen: dict[str, list[str]] = field(default_factory=dict)
    told: dict[str, shapes.Object] = field(default_factory=dict)

    @property
    def last(self) -> Trace:
        """The last trace. Raises Broken before there is one."""
        return last(self.made, "no chat has named a trace yet")

    @property
    def chat(self) -> Exchange:
        """The last chat. Raises Broken before there is one."""
        return last(self.chats, "there has been no chat yet")


def explain(
    world: World,
    prompt: str = PROMPT,
    level: str | None = "sentence",
    who: str | None = api.USER,
    stream: bool = False,
    headers: Mapping[str, str] | None = None,
    below: str = "",
    **more: Any,
) -> Exchange:
    """Have somebody chat, and note the chat and the trace that it names, if any."""
    given = {**api.asking(level), **(headers or {})}
    answer = api.chat(world, who, api.body_of(prompt, stream, **more), given, below)
    note(world, answer, who or "")
    return answer


def note(world: World, answer: Exchange, who: str) -> None:
    """Note a chat that was answered, and the trace that it names, if any."""
    mine = world.part(Traces)
    mine.chats.append(answer)
    world.exchanges.append(answer)
    if name := answer.headers.get(api.TRACE, ""):
        mine.made.append(Trace(name, who, answer))


def explain_held(world: World) -> None:
    """Have a user have a chat explained, which takes a while."""
    chaos.hold(world, 1)
    explain(world)


def explain_many(world: World, count: int, who: str = api.USER, level: str = "sentence") -> None:
    """Have somebody have so many chats explained, each another one, one after the other."""
    for number in range(count):
        explain(world, f"{PROMPT} {number}", level, who)


def ask(world: World, trace: Trace, who: str | None = None) -> Exchange:
    """Ask for a trace, by default as its owner."""
    return api.call(world, who or trace.owner or None, "GET", "traces", f"/{trace.id}")


def look(world: World, trace: Trace) -> str:
    """The status of a trace now; each that is new is noted."""
    told = shapes.read(api.done(ask(world, trace)), shapes.Object)
    status, mine = shapes.read(told, str, "status"), world.part(Traces)
    mine.told[trace.id] = told
    seen = mine.seen.setdefault(trace.id, [])
    if not seen or seen[-1] != status:
        seen.append(status)
    return status


def await_status(world: World, trace: Trace, *wanted: str, patience: float = PATIENCE) -> str:
    """Wait until a trace has one of the statuses. Raises NotMet if it ends otherwise, or not in time."""

    def arrived() -> str | None:
        status = look(world, trace)
        if status in ENDED and status not in wanted:
            raise NotMet(
                f"expected the trace {trace.id} to become {' or '.join(wanted)}, but it is {told_of(world, trace)}"
            )
        assert status in wanted, f"{trace.id} is {status}"
        return status

    return until(arrived, patience, f"the trace to be {' or '.join(wanted)}", poll=0.03, failing=NotMet)


def await_end(world: World, trace: Trace, patience: float = PATIENCE) -> str:
    """How a trace ended, once it has. Raises NotMet if it does not."""
    return await_status(world, trace, *ENDED, patience=patience)


def told_of(world: World, trace: Trace) -> str:
    """What was last told of a trace, for a message."""
    told = world.part(Traces).told.get(trace.id, {})
    return f"{told.get('status')!r} (reason: {told.get('reason')!r})"


def other_ends(world: World, wanted: str, only: Sequence[Trace] | None = None) -> dict[str, str]:
    """The traces that ended otherwise, and how. All are waited for."""
    awaited = world.part(Traces).made if only is None else only
    ends = {each.id: await_end(world, each) for each in enough(awaited, "traces")}
    return {trace: end for trace, end in ends.items() if end != wanted}


def stays(world: World, trace: Trace, status: str) -> None:
    """See that a trace keeps a status for longer than an explanation takes. Raises NotMet."""
    await_status(world, trace, status)
    consistently(lambda: look(world, trace) == status, STAYS, f"the status {status}", poll=0.1)


def backwards(seen: Sequence[str]) -> list[str]:
    """The steps of a way that a trace may not go. Raises NothingToJudge on none."""
    way = enough(seen, "statuses that were seen")
    unknown = [f"{status!r} is no status" for status in way if status not in FORWARD]
    pairs = pairwise(way)
    return unknown + [f"{one} → {two}" for one, two in pairs if one in FORWARD and two not in FORWARD[one]]


def gone_backwards(world: World) -> dict[str, list[str]]:
    """The traces of the scenario that were seen to go a wrong way, and the steps."""
    found = {trace: backwards(way) for trace, way in enough(world.part(Traces).seen, "traces that were seen").items()}
    return {trace: wrong for trace, wrong in found.items() if wrong}


def await_any(world: World, status: str) -> None:
    """Wait until one of the traces has a status. Raises Broken if none gets it."""
    made = enough(world.part(Traces).made, "traces")
    until(
        lambda: status in [look(world, each) for each in made],
        PATIENCE,
        f"a trace to be {status}",
    )


def any_trace(world: World) -> Trace:
    """The last trace; a new one of a user's if there is none yet."""
    if not world.part(Traces).made:
        explain(world)
    return world.part(Traces).last


def of_anybody(world: World) -> Trace:
    """The trace that the last answer names, to be followed without a token. Raises NotMet if it names none."""
    if not (name := world.exchange.headers.get(api.TRACE, "")):
        raise NotMet(f"expected the name of a trace, but got\n{world.exchange.describe()}")
    return Trace(name, "", world.exchange)


def unnamed(world: World) -> list[str]:
    """The chats of the scenario that name no trace, or one that another chat has named."""
    chats = enough(world.part(Traces).chats, "chats", 2)
    names = [each.headers.get(api.TRACE, "") for each in chats]
    return [f"{chat}: {name!r}" for chat, name in zip(chats, names, strict=True) if not name or names.count(name) > 1]


def includes(end: str) -> Described[Sequence[str]]:
    """Statuses among which one is."""
    return Described(f"{end} among the ends of traces", lambda ends: end in ends, str)


def cancel(world: World, trace: Trace, who: str | None = None) -> Exchange:
    """Have somebody cancel a trace, by default its owner, as the step's own action."""
    return api.act(world, who or trace.owner, "POST", "traces", f"/{trace.id}/cancel")


def answer_of(trace: Trace) -> str:
    """The text that the chat of a trace was answered with."""
    return api.text_of(trace.chat)


def leave_in_the_middle(world: World) -> None:
    """Begin a chat whose words come slowly, read the first, and close the connection."""
    body = api.body_of(f"tokens=200 pace=0.05 {PROMPT} {uuid.uuid4().hex}", stream=True)
    note(world, streams.read(world, body, api.asking("sentence"), most=1), api.USER)


def explain_to_the_break(world: World, prompt: str) -> None:
    """Have a user have a chat explained, and keep what came of its answer before the connection broke."""
    body = api.body_of(prompt, stream=True)
    note(world, streams.read(world, body, api.asking("sentence")), api.USER)


def unlike_names(traces: Sequence[Trace]) -> list[str]:
    """Pairs of trace ids that are the same, or so alike that one follows from another."""
    names = enough([each.id for each in traces], "traces to compare", 2)
    found = [f"{name!r} has {len(name)} characters" for name in names if len(name) < SHORTEST_ID]
    return found + [
        f"{one} and {two}"
        for number, one in enumerate(names)
        for two in names[number + 1 :]
        if one == two or _alike(one, two) > MOST_ALIKE * len(one)
    ]


def _alike(one: str, two: str) -> int:
    return sum(a == b for a, b in zip(one, two, strict=False))

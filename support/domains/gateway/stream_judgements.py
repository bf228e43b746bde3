"""Judges what a caller saw of a stream beside what was to be seen; pure functions, each tells what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from support.domains.gateway.events import StreamEvent
from support.domains.gateway.reading import text_in, told
from support.domains.gateway.streams import Ending, Stream


def wrong_in_whole(stream: Stream, expected: str) -> list[str]:
    """What keeps a stream from being the whole of this text, told once and ended properly by one [DONE]."""
    if not stream.ok or not stream.is_stream:
        return [f"the answer is no stream: {stream}, {stream.body[:300].decode(errors='replace')}"]
    wrong = [] if stream.ending is Ending.WHOLE else [f"the answer {stream.ending}: {stream.error or ''}"]
    if stream.unfinished:
        wrong.append(f"the last event was never ended: {stream.unfinished!r}")
    if stream.replaced and "\ufffd" not in expected:
        wrong.append("bytes came that are no text")
    wrong += [f"an error came: {message}" for message in errors_in(stream.events)]
    wrong += _wrong_end(stream.events)
    wrong += [f"an event that nobody can read: {event.data!r}" for event in unreadable(stream.events)]
    if (text := text_in(stream.events)) != expected:
        wrong.append(f"the text is {text!r}, and not {expected!r}")
    return wrong


def _wrong_end(events: Sequence[StreamEvent]) -> list[str]:
    ends = [number for number, event in enumerate(events) if event.is_end]
    wrong = [] if len(ends) == 1 else [f"[DONE] came {len(ends)} times"]
    if ends and (after := events[ends[0] + 1 :]):
        wrong.append(f"after [DONE] came {[event.data for event in after]}")
    finished = [reason for event in events if (reason := told(event).finish)]
    return wrong if len(finished) == 1 else [*wrong, f"an end of the text was told {len(finished)} times: {finished}"]


def errors_in(events: Sequence[StreamEvent]) -> list[str]:
    """The errors that a stream's events tell."""
    return [message for event in events if (message := told(event).error)]


def unreadable(events: Sequence[StreamEvent]) -> list[StreamEvent]:
    """The events that are neither JSON nor the mark of the end."""
    return [event for event in events if told(event).unreadable]


def tells_of_break(stream: Stream) -> bool:
    """Whether its caller can tell that a stream broke: by an error, an event that cannot be read, or a cut answer.

    An answer that is no success and no stream tells it too.
    """
    if not stream.ok or stream.ending in (Ending.CUT, Ending.NONE):
        return True
    if not stream.is_stream:
        return False
    return bool(errors_in(stream.events) or unreadable(stream.events) or stream.unfinished)


def claims_completion(stream: Stream) -> list[str]:
    """By what a stream that broke claims to be complete: a [DONE] or an end of the text, and no word of the break."""
    if tells_of_break(stream):
        return []
    claims = [f"finish_reason {reason!r}" for event in stream.events if (reason := told(event).finish)]
    return [*claims, *("[DONE]" for event in stream.events if event.is_end)]


def more_than_sent(stream: Stream, sent: Sequence[StreamEvent]) -> list[str]:
    """What a caller was told that an upstream has not sent, or not so often: the text must be a beginning of it."""
    text, upstream = text_in(stream.events), text_in(sent)
    return [] if upstream.startswith(text) else [f"the caller was told {text!r}, and the upstream sent {upstream!r}"]


def late_tokens(stream: Stream, sent: Sequence[StreamEvent], ahead: int) -> list[str]:
    """The tokens that came only after the upstream had made the one that stands so many after them.

    Tokens are matched by how much of the text had been told, so that a gateway may put them together differently.
    """
    made = [(event.at, told(event).text) for event in sent if told(event).text]
    lengths = list(accumulate(len(text) for _, text in made))
    came = list(accumulate(len(told(event).text) for event in stream.events))
    late = []
    for number, length in enumerate(lengths[: len(lengths) - ahead]):
        arrived = next((event.at for event, total in zip(stream.events, came, strict=True) if total >= length), None)
        due = made[number + ahead][0]
        if arrived is None or arrived > due:
            told_at = "never" if arrived is None else f"{arrived - made[number][0]:.3f} s after it was made"
            late.append(f"token {number + 1} ({made[number][1]!r}) came {told_at}")
    return late


def mixed(stream: Stream, answers: Sequence[str]) -> list[str]:
    """What is mixed or repeated in a stream whose text must be a beginning of one of these answers."""
    text = text_in(stream.events)
    whole = any(answer.startswith(text) for answer in answers)
    return [] if whole else [f"the caller was told {text!r}, which is no beginning of any of {list(answers)}"]

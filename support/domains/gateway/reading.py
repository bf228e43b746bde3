"""What answers of the OpenAI API say: their text, who gave it, their tokens, their errors; read without trust."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from support.domains.gateway.events import StreamEvent
from support.http import Exchange


@dataclass(frozen=True, slots=True)
class Told:
    """What one event of a stream says: a piece of the text, an end with its reason, tokens, or an error.

    ``unreadable`` is data that is neither JSON nor the mark of the end.
    """

    text: str = ""
    finish: str | None = None
    usage: tuple[int, int] | None = None
    error: str = ""
    unreadable: bool = False


def parsed(text: str | bytes) -> Any:
    """A JSON document; None for what is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def field(value: Any, *path: str | int) -> Any:
    """What stands at a path in a document; None where there is nothing."""
    for name in path:
        if isinstance(name, int):
            value = value[name] if isinstance(value, list) and len(value) > name else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def text_of(answer: Exchange) -> str:
    """The text of a chat completion; empty for anything else."""
    content = field(parsed(answer.body), "choices", 0, "message", "content")
    return content if isinstance(content, str) else ""


def usage_of(value: Any) -> tuple[int, int] | None:
    """Tokens read and made, as an answer or a chunk tells them; None where it does not."""
    read, made = field(value, "usage", "prompt_tokens"), field(value, "usage", "completion_tokens")
    return (read, made) if isinstance(read, int) and isinstance(made, int) else None


def error_of(value: Any) -> str:
    """The message of an error object, or all of the object if it has none; empty where there is no error."""
    error = field(value, "error")
    message = field(error, "message")
    return message if isinstance(message, str) and message else json.dumps(error) if error else ""


def told(event: StreamEvent) -> Told:
    """What an event says."""
    if event.is_end:
        return Told()
    value = parsed(event.data)
    if not isinstance(value, dict):
        return Told(unreadable=True, error=event.data if event.kind == "error" else "")
    delta, finish = field(value, "choices", 0, "delta", "content"), field(value, "choices", 0, "finish_reason")
    return Told(
        text=delta if isinstance(delta, str) else "",
        finish=finish if isinstance(finish, str) else None,
        usage=usage_of(value),
        error=error_of(value) or (event.data if event.kind == "error" else ""),
    )


def text_in(events: Iterable[StreamEvent]) -> str:
    """The text that a stream's events have told together."""
    return "".join(told(event).text for event in events)


def speaker(text: str) -> str:
    """The upstream that a text is from: the name that it begins with; empty where it has none."""
    name, colon, _ = text.partition(":")
    return name if colon else ""


def data_events(data: Iterable[tuple[float, str]]) -> list[StreamEvent]:
    """Events as an upstream has sent them, from their times and data."""
    return [StreamEvent(text, at) for at, text in data]

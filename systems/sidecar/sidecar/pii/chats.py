"""The texts of a chat: messages, tool calls and answers in the OpenAI API's shapes, scrubbed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from sidecar import pii


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with the role of who said it."""

    role: str
    text: str


ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def prompt_of(body: bytes) -> list[Passage]:
    """The scrubbed passages of a request."""
    value = loaded(body)
    messages = value.get("messages") if isinstance(value, dict) else None
    return [passage for message in listed(messages) for passage in passages(message)]


def answer_of(body: bytes, streamed: bool) -> list[Passage]:
    """The scrubbed passages of an answer, whole or as the events of a stream."""
    message = streamed_message(body) if streamed else whole_message(body)
    return list(passages({**message, "role": "assistant"}))


def passages(message: Any) -> Iterator[Passage]:
    """Each text of a message, without personal data."""
    if not isinstance(message, dict):
        return
    told = message.get("role")
    role = told if isinstance(told, str) and told in ROLES else "user"
    for text in texts(message):
        scrubbed = pii.scrub(text).strip()
        if scrubbed:
            yield Passage(role, scrubbed)


def texts(message: dict[str, Any]) -> Iterator[str]:
    """What a message says, and what its tool calls are given."""
    content = message.get("content")
    if isinstance(content, str):
        yield content
    for part in listed(content):
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]
    if isinstance(message.get("refusal"), str):
        yield message["refusal"]
    for call in listed(message.get("tool_calls")):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            told = [function.get("name"), function.get("arguments")]
            yield " ".join(each for each in told if isinstance(each, str))


def whole_message(body: bytes) -> dict[str, Any]:
    """The message of an answer in one piece."""
    value = loaded(body)
    choices = listed(value.get("choices")) if isinstance(value, dict) else []
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    message = first.get("message")
    return message if isinstance(message, dict) else {}


def streamed_message(body: bytes) -> dict[str, Any]:
    """The message that the events of a stream add up to: personal data may be split over them."""
    content: list[str] = []
    calls: dict[int, dict[str, str]] = {}
    for delta in deltas(body):
        if isinstance(delta.get("content"), str):
            content.append(delta["content"])
        for call in listed(delta.get("tool_calls")):
            add_call(calls, call)
    tool_calls = [{"function": call} for _, call in sorted(calls.items())]
    return {"content": "".join(content), "tool_calls": tool_calls}


def deltas(body: bytes) -> Iterator[dict[str, Any]]:
    """The changes of the first choice."""
    for event in events(body):
        value = loaded(event)
        for choice in listed(value.get("choices")) if isinstance(value, dict) else []:
            if isinstance(choice, dict) and not choice.get("index") and isinstance(choice.get("delta"), dict):
                yield choice["delta"]


def events(body: bytes) -> Iterator[bytes]:
    """The data of each event (WHATWG HTML, 9.2.6); several lines of one event are joined."""
    lines: list[bytes] = []
    for line in body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line.startswith(b"data:"):
            lines.append(line[5:].removeprefix(b" "))
        elif not line and lines:
            yield b"\n".join(lines)
            lines = []


def add_call(calls: dict[int, dict[str, str]], call: Any) -> None:
    """Put a part of a tool call where it belongs."""
    function = call.get("function") if isinstance(call, dict) else None
    index = call.get("index", 0) if isinstance(call, dict) else 0
    if not isinstance(function, dict) or not isinstance(index, int):
        return
    known = calls.setdefault(index, {"name": "", "arguments": ""})
    for field in known:
        if isinstance(function.get(field), str):
            known[field] += function[field]


def loaded(body: bytes) -> Any:
    """JSON, or None."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def listed(value: Any) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []

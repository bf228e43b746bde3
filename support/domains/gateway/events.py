"""Reads server-sent events as the WHATWG standard says, from bytes in whatever pieces they come, with their times.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

BOM = "\ufeff"
DONE = "[DONE]"
"""The data of the event that ends a stream of the OpenAI API."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event; ``at`` is when the last byte of it had come, on the caller's clock."""

    data: str
    at: float
    kind: str = "message"
    last_id: str = ""

    @property
    def is_end(self) -> bool:
        """Whether it says that the stream is complete."""
        return self.data == DONE


@dataclass(slots=True)
class EventReader:
    """Reads one stream. ``feed`` it what came in; ``unfinished`` is what an event was begun with and never ended.

    ``comments`` counts lines of comment, ``retry`` is the last reconnection time (milliseconds), ``replaced`` says
    whether bytes were no UTF-8. An event that the stream ends in is never dispatched, as the standard says.
    """

    comments: int = 0
    retry: int | None = None
    replaced: bool = False
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    _rest: str = ""
    _begun: bool = False
    _after_cr: bool = False
    _data: list[str] = field(default_factory=list)
    _kind: str = ""
    _id: str = ""

    def feed(self, received: bytes, at: float) -> list[StreamEvent]:
        """The events that these bytes complete."""
        text = self._decoder.decode(received)
        self.replaced = self.replaced or "\ufffd" in text
        if text and not self._begun:
            self._begun, text = True, text.removeprefix(BOM)
        return [event for line in self._lines(text) if (event := self._take(line, at)) is not None]

    @property
    def unfinished(self) -> str:
        """What came after the last complete event, other than comments; empty if the stream ended between events."""
        kept = [f"data: {each}" for each in self._data]
        return "\n".join([*kept, self._rest] if self._rest and not self._rest.startswith(":") else kept)

    def _lines(self, text: str) -> list[str]:
        """The lines that end in this text: by CR, LF or CR LF, of which the LF may come in a later piece."""
        lines = []
        for letter in text:
            if letter == "\n" and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = letter == "\r"
            if letter in "\r\n":
                lines.append(self._rest)
                self._rest = ""
            else:
                self._rest += letter
        return lines

    def _take(self, line: str, at: float) -> StreamEvent | None:
        if not line:
            return self._dispatch(at)
        if line.startswith(":"):
            self.comments += 1
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)
        return None

    def _dispatch(self, at: float) -> StreamEvent | None:
        data, kind = self._data, self._kind
        self._data, self._kind = [], ""
        # "If the data buffer is an empty string" is true without any data line, or with an empty one alone: each line
        # appends its value and a line feed, of which the last is taken off only afterwards.
        return StreamEvent("\n".join(data), at, kind or "message", self._id) if data else None

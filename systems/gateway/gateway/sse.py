"""Reads server-sent events from bytes in whatever pieces they come.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
from collections.abc import AsyncIterator, Iterator

DONE = "[DONE]"
BOM = "\ufeff"


class EventReader:
    """Reads one stream: ``feed`` gives the data of each event that the bytes complete. Comments and other fields go."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = ""
        self._data: list[str] = []
        self._after_cr = False
        self._begun = False

    def feed(self, received: bytes) -> Iterator[str]:
        """The data of each event that is complete now."""
        text = self._decoder.decode(received)
        if text and not self._begun:
            self._begun, text = True, text.removeprefix(BOM)
        for line in self._lines(text):
            if line:
                name, _, value = line.partition(":")
                if name == "data":
                    self._data.append(value.removeprefix(" "))
            elif self._data:
                data, self._data = "\n".join(self._data), []
                yield data

    def _lines(self, text: str) -> Iterator[str]:
        """Lines that are complete: ended by LF, CR, or CR LF, of which the LF may come with the next bytes."""
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        parts = (self._line + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._line = parts.pop()
        yield from parts


async def events(body: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The data of each event of a stream, as soon as it is complete."""
    reader = EventReader()
    async for received in body:
        for data in reader.feed(received):
            yield data


def event(data: str) -> bytes:
    """An event that carries this data."""
    return "".join(f"data: {line}\n" for line in data.split("\n")).encode() + b"\n"

"""Messages on a stream, each with its length before it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

HEAD = struct.Struct(">I")


def frame(text: bytes) -> bytes:
    """A message as it is sent."""
    return HEAD.pack(len(text)) + text


class Frames:
    """Puts together messages from what is read."""

    def __init__(self) -> None:
        self._read = bytearray()

    def take(self, read: bytes) -> Iterator[bytes]:
        """The messages that are complete now."""
        self._read += read
        while len(self._read) >= HEAD.size:
            (size,) = HEAD.unpack_from(self._read)
            if len(self._read) < HEAD.size + size:
                return
            text = bytes(self._read[HEAD.size : HEAD.size + size])
            del self._read[: HEAD.size + size]
            yield text

"""Names the HTTP/1.1 requests in a stream of bytes, whatever pieces it comes in."""

from __future__ import annotations

import h11


class RequestReader:
    """Told of what a client sends on one connection, it names each request, and says when the latest is complete."""

    def __init__(self) -> None:
        self._parser = h11.Connection(h11.SERVER)
        self._readable = True
        self.complete = False
        """Whether the latest request came in whole."""

    def feed(self, data: bytes) -> list[str]:
        """Read on. Returns the requests that began in these bytes, such as ``POST /chat``; none in what is not HTTP."""
        begun: list[str] = []
        try:
            while data and self._readable:
                self._parser.receive_data(data)
                data = self._read(begun)
        except h11.RemoteProtocolError:
            self._readable = False
        return begun

    def _read(self, begun: list[str]) -> bytes:
        """Read to the end of the request at most; returns what follows it."""
        while (event := self._parser.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Request):
                self.complete = False
                begun.append(f"{event.method.decode()} {event.target.decode()}")
            elif isinstance(event, h11.EndOfMessage):
                self.complete = True
                rest, _ = self._parser.trailing_data
                self._parser = h11.Connection(h11.SERVER)
                return bytes(rest)
        return b""

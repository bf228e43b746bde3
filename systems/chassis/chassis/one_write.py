"""Hands what is written in one turn of the event loop to the network together.

uvicorn writes the head of an answer and its body one after the other; each on its own is a system call, a packet, and a
wake-up of whoever waits for it, which takes more time than most of what a small request needs.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OneWrite:
    """A transport that keeps what is written until the event loop comes round. All else goes to the real one."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept: list[bytes] = []
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write soon, in order."""
        if not self._kept:
            self._loop.call_soon(self.flush)
        self._kept.append(data)

    def write_whole(self, data: bytes) -> None:
        """Write what nothing will be added to, after what is kept."""
        self.flush()
        self._transport.write(data)

    def flush(self) -> None:
        """Write now."""
        if self._kept:
            kept, self._kept = self._kept, []
            # Who has hung up meanwhile gets nothing.
            if not self._transport.is_closing():
                self._transport.write(kept[0] if len(kept) == 1 else b"".join(kept))

    def close(self) -> None:
        """Close once everything has been written."""
        self.flush()
        self._transport.close()


class OneWriteProtocol(HttpToolsProtocol):
    """uvicorn's protocol over such a transport."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        real = cast(asyncio.Transport, transport)
        super().connection_made(cast(asyncio.Transport, OneWrite(real, self.loop)))

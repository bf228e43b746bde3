"""A server that, told to stop, first says that it is not ready and serves on until nobody sends requests any more."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Generator
from types import FrameType

import uvicorn

from chassis import logs
from chassis.stopping import Orders, StopSignals

CLOSE = (b"connection", b"close")


class DrainingServer(uvicorn.Server):
    """Serves on for ``seconds`` after the first signal; a second signal cuts that short.

    Meanwhile every answer closes its connection, so that callers who keep connections open take their next request
    elsewhere. Afterwards nothing is accepted any more, idle connections are closed, and requests in flight finished.
    """

    def __init__(self, config: uvicorn.Config, stop: StopSignals, seconds: float) -> None:
        super().__init__(config)
        self._stop = stop
        self._seconds = seconds
        self._ends: float | None = None
        self._log = logs.get("server")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal; uvicorn has put this in the place of our own handler."""
        self._stop.times += 1
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take signals, except in a worker, which ignores them."""
        with contextlib.nullcontext() if isinstance(self._stop, Orders) else super().capture_signals():
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and in a worker tell so."""
        await super().startup(sockets)
        if isinstance(self._stop, Orders):
            self._stop.begin()

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop serving now; asked ten times a second."""
        leaving = await super().on_tick(counter)
        if not leaving:
            return False
        if self._ends is None:
            self._ends = self._begin()
        return self._stop.times > 1 or time.monotonic() >= self._ends

    def _begin(self) -> float:
        """Close connections with their next answer. Gives when to end."""
        if self._seconds:
            self._log.info("draining", seconds=self._seconds)
        self.config.encoded_headers.append(CLOSE)
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        return time.monotonic() + self._seconds

"""When a server has to stop: by signals, or in a worker by orders from the process that watches it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn


class StopSignals:
    """Takes SIGTERM and SIGINT from the first moment, so that none is lost while the service starts."""

    def __init__(self) -> None:
        self.times = 0
        self.complete = True
        self._server: uvicorn.Server | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_signal)

    @property
    def asked(self) -> bool:
        """Whether to stop."""
        return self.times > 0

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Stop as soon as possible, without an error."""
        self.ask()

    def ask(self) -> None:
        """Take one order to stop."""
        self.times += 1
        if self._server is not None:
            self._server.should_exit = True

    def attach(self, server: uvicorn.Server) -> None:
        """Stop this server when asked, or at once when that has happened already."""
        self._server = server
        server.should_exit = server.should_exit or self.asked


class Orders(StopSignals):
    """Of a worker, which takes them from the process that watches it, through a pipe; signals mean nothing to it."""

    STOP = b"."
    COMPLETE = b"+"
    """All workers serve, or have served once."""

    def __init__(self, orders: int, ready: int) -> None:
        self.times = 0
        self.complete = False
        self._server = None
        self._orders = orders
        self._ready = ready

    def begin(self) -> None:
        """Say that the worker serves, and listen from now on."""
        asyncio.get_running_loop().add_reader(self._orders, self._take)
        with contextlib.suppress(OSError):
            os.write(self._ready, b".")

    def _take(self) -> None:
        told = os.read(self._orders, 64)
        if not told:
            # Whoever could say anything has been killed; so is this process.
            os._exit(1)
        self.complete = self.complete or self.COMPLETE in told
        for _ in range(told.count(self.STOP)):
            self.ask()

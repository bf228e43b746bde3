"""Runs an app with uvicorn until it is told to stop; requests in flight are finished first."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import socket
import ssl
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from chassis.settings import SettingsError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

    from chassis.lane import Lane

GRACE_SECONDS = 30
"""Longest wait for requests in flight after SIGTERM."""

BACKLOG = 2048


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


def bind_several(host: str, port: int, prefix: str, count: int) -> list[socket.socket]:
    """Take the address for so many processes, none of which listens yet. Raises SettingsError."""
    # Only a listener that does not share shows whether somebody else is there, who might share as well.
    bind(host, port, prefix).close()
    return [bind(host, port, prefix, shared=True) for _ in range(count)]


def bind(host: str, port: int, prefix: str, shared: bool = False) -> socket.socket:
    """Take the address; ``shared`` without listening yet. Raises SettingsError when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise SettingsError(f"{prefix}HOST", f"={host!r} is unusable: {error.strerror}") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        if not shared:
            listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(f"{prefix}PORT", f"={port} on {host} is unusable: {reason}") from None
    return listener


def config(app: ASGIApp, lane: Lane | None = None, **options: Any) -> uvicorn.Config:
    """How uvicorn shall run here: its fast parts, our logging, no belief in headers that any caller could forge."""
    # Imported here: a start that ends with an unusable setting shall end at once.
    import uvicorn

    from chassis.lane_protocol import LaneProtocol
    from chassis.one_write import OneWriteProtocol

    return uvicorn.Config(
        app,
        loop="uvloop",
        http=OneWriteProtocol if lane is None else cast(Any, functools.partial(LaneProtocol, lane)),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        **options,
    )


def run(
    app: ASGIApp,
    listener: socket.socket,
    stop: StopSignals,
    tls: ssl.SSLContext | None = None,
    drain_seconds: float = 0.0,
    lane: Lane | None = None,
) -> int:
    """Serve until stopped, with ``tls`` over encrypted connections only. The exit status: 0 after a clean stop.

    What takes the ``lane`` is answered there, and by the app otherwise.
    """
    from chassis.draining import DrainingServer

    options = {} if tls is None else {"ssl_context_factory": lambda *_: tls}
    server = DrainingServer(config(app, lane, **options), stop, drain_seconds)
    stop.attach(server)
    server.run(sockets=[listener])
    return 0 if server.started or stop.asked else 1

"""Runs an app with uvicorn until it is told to stop; requests in flight are finished first."""

from __future__ import annotations

import signal
import socket
import ssl
from types import FrameType
from typing import TYPE_CHECKING, Any

from chassis.settings import SettingsError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

GRACE_SECONDS = 30
"""Longest wait for requests in flight after SIGTERM."""

BACKLOG = 2048


class StopSignals:
    """Takes SIGTERM and SIGINT from the first moment, so that none is lost while the service starts."""

    def __init__(self) -> None:
        self.asked = False
        self._server: uvicorn.Server | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_signal)

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Stop as soon as possible, without an error."""
        self.asked = True
        if self._server is not None:
            self._server.should_exit = True

    def attach(self, server: uvicorn.Server) -> None:
        """Stop this server when asked, or at once when that has happened already."""
        self._server = server
        server.should_exit = server.should_exit or self.asked


def bind(host: str, port: int, prefix: str) -> socket.socket:
    """Take the address. Raises SettingsError when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise SettingsError(f"{prefix}HOST", f"={host!r} is unusable: {error.strerror}") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(f"{prefix}PORT", f"={port} on {host} is unusable: {reason}") from None
    return listener


def config(app: ASGIApp, **options: Any) -> uvicorn.Config:
    """How uvicorn shall run here: its fast parts, our logging, no belief in headers that any caller could forge."""
    # Imported here: a start that ends with an unusable setting shall end at once.
    import uvicorn

    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
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
) -> int:
    """Serve until stopped, with ``tls`` over encrypted connections only. The exit status: 0 after a clean stop."""
    from chassis.draining import DrainingServer

    options = {} if tls is None else {"ssl_context_factory": lambda *_: tls}
    server = DrainingServer(config(app, **options), stop, drain_seconds)
    stop.attach(server)
    server.run(sockets=[listener])
    return 0 if server.started or stop.asked else 1

"""Runs an app with uvicorn until it is told to stop; requests in flight are finished first."""

from __future__ import annotations

import functools
import socket
import ssl
from typing import TYPE_CHECKING, Any, cast

from chassis.settings import SettingsError
from chassis.stopping import StopSignals

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

    from chassis.fast_path import FastPath

GRACE_SECONDS = 30
"""Longest wait for requests in flight after SIGTERM."""

BACKLOG = 2048


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


def config(app: ASGIApp, fast_path: FastPath | None = None, **options: Any) -> uvicorn.Config:
    """How uvicorn shall run here: its fast parts, our logging, no belief in headers that any caller could forge."""
    # Imported here: a start that ends with an unusable setting shall end at once.
    import uvicorn

    from chassis.fast_path_protocol import FastPathProtocol
    from chassis.one_write import OneWriteProtocol

    return uvicorn.Config(
        app,
        loop="uvloop",
        http=OneWriteProtocol if fast_path is None else cast(Any, functools.partial(FastPathProtocol, fast_path)),
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
    fast_path: FastPath | None = None,
) -> int:
    """Serve until stopped, with ``tls`` over encrypted connections only. The exit status: 0 after a clean stop.

    What takes the ``fast_path`` is answered there, and by the app otherwise.
    """
    from chassis.draining import DrainingServer

    options = {} if tls is None else {"ssl_context_factory": lambda *_: tls}
    server = DrainingServer(config(app, fast_path, **options), stop, drain_seconds)
    stop.attach(server)
    server.run(sockets=[listener])
    return 0 if server.started or stop.asked else 1

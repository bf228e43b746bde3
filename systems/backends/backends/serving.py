"""Serves one small service from the command line, until it is stopped."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp


def serve(program: str, says: str, create_app: Callable[[str], ASGIApp], name: str | None = None) -> None:
    """Read name, host and port from the command line and serve; without a default the name must be given."""
    parser = argparse.ArgumentParser(prog=program, description=says)
    parser.add_argument("--name", default=name, required=name is None, help="name that answers carry as served_by")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    arguments = parser.parse_args()
    run(create_app(arguments.name), arguments.host, arguments.port)


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serve an application until the process is asked to stop."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )

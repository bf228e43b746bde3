"""``python -m backends --name local-chat --port 9000``: runs one AI service."""

from __future__ import annotations

import argparse

import uvicorn

from backends import service


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="backends", description="Run one small AI service.")
    parser.add_argument("--name", required=True, help="name that answers carry as served_by")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    arguments = parser.parse_args()
    uvicorn.run(
        service.create_app(arguments.name),
        host=arguments.host,
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()

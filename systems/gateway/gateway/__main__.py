"""The ``gateway`` command: serve, or check a configuration."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: a clean end; 2: the configuration cannot be used."""
    parser = argparse.ArgumentParser(prog="gateway", description="AI gateway that speaks the OpenAI API.")
    parser.add_argument("--version", action="version", version=f"gateway {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, says in (("serve", "run the gateway"), ("check", "say whether a configuration can be used")):
        command = commands.add_parser(name, help=says)
        command.add_argument(
            "--config",
            type=Path,
            action="append",
            required=True,
            help="may be repeated: later files add to earlier ones",
        )
        if name == "serve":
            command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
            command.add_argument("--port", type=int, default=8080, help="port to listen on (8080)")
            command.add_argument("--workers", type=int, help="how many processes; default: as configured")
    given = parser.parse_args(arguments)
    from gateway import server

    if given.command == "check":
        return server.check(given.config)
    return server.serve(given.config, server.Place(given.host, given.port), given.workers)


if __name__ == "__main__":
    sys.exit(main())

"""The ``automation`` command: the API, a queue worker, a health check for containers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from automation import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: a clean end; 2: a setting or file cannot be used."""
    parser = argparse.ArgumentParser(prog="automation", description="Leads, campaigns and workflows over a queue.")
    parser.add_argument("--version", action="version", version=f"automation {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, says in (("serve", "run the HTTP API"), ("worker", "do queued jobs until told to stop")):
        command = commands.add_parser(name, help=says)
        command.add_argument("--config", type=Path, metavar="config.json", help="or by AUTOMATION_CONFIG")
        if name == "worker":
            command.add_argument("--health-port", type=int, help="where it answers for its health and metrics")
    options = parser.parse_args(arguments)
    if options.command == "serve":
        from automation.server import serve

        return serve(options.config)
    from automation.queue.worker import work

    return work(options.config, options.health_port)


if __name__ == "__main__":
    sys.exit(main())

"""``python -m bench.caio.peers``: tiny rounds of everybody, to see that all can be started; writes no results."""

from __future__ import annotations

import signal
import sys

from rich.console import Console

from bench import load_engine, machine, tables
from bench.caio.peers import in_process, over_http
from bench.caio.peers.effort import TINY
from bench.figures import Group


def main() -> int:
    """Exit status 0 unless interrupted, which is 130."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def say(what: str) -> None:
        print(what, file=sys.stderr, flush=True)

    try:
        groups = [
            Group("peers", "Tiny rounds, over HTTP", tuple(over_http.measure(say, TINY))),
            Group("peers-in-process", "Tiny rounds, in process", tuple(in_process.measure(say, TINY))),
            Group("load-engine", "Tiny rounds, the load engine", tuple(load_engine.measure(say, TINY))),
        ]
    except KeyboardInterrupt:
        return 130
    tables.show(Console(width=None if sys.stdout.isatty() else 160, highlight=False), groups, machine.look())
    return 0


if __name__ == "__main__":
    sys.exit(main())

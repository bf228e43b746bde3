"""``python -m bench``: measures everything, shows it beside the figures to reach, and writes bench/results."""

from __future__ import annotations

import signal
import sys
import time

from rich.console import Console

from bench import containers, history, machine, routing, signing, suite, tables
from bench.figures import Group


def main() -> int:
    """Exit status 0 whatever the times are; 130 when interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    begun = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - begun:4.0f} s] {what}", file=sys.stderr, flush=True)

    try:
        seen = machine.look()
        groups = (
            Group("routing", "Decisions of CAIO, in process", tuple(routing.measure(say))),
            Group("suite", "The suite", tuple(suite.measure(say))),
            Group("containers", "Containers", tuple(containers.measure(say))),
            Group("history", "The history of runs", tuple(history.measure(say))),
            Group("signing", "Signing off", tuple(signing.measure(say))),
        )
    except KeyboardInterrupt:
        print("Interrupted: all that was started has been ended, and bench/results is as it was.", file=sys.stderr)
        return 130
    tables.show(console, groups, seen)
    console.print(f"Written: {tables.write(groups, seen)}", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

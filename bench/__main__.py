"""``python -m bench [GROUP …]``: measures, shows it beside the figures to reach, and writes bench/results."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console

from bench import containers, history, load_engine, machine, signing, suite, tables
from bench.caio import routing
from bench.caio.peers import in_process, over_http
from bench.figures import Figure, Group

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What is measured together, under a name of its own; ``measure`` is given whom to tell what is being measured."""

    name: str
    title: str
    measure: Callable[[Say], Sequence[Figure]]


PARTS = (
    Part("routing", "Decisions of CAIO, in process", routing.measure),
    Part("peers-over-http", "CAIO beside its peers, over HTTP", over_http.measure),
    Part("peers-in-process", "CAIO beside litellm.Router, in process", in_process.measure),
    Part("load-engine", "The load engine beside wrk and hey", load_engine.measure),
    Part("suite", "The suite", suite.measure),
    Part("containers", "Containers", containers.measure),
    Part("history", "The history of runs", history.measure),
    Part("signing", "Signing off", signing.measure),
)
NAMES = tuple(part.name for part in PARTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 whatever the times are; 130 when interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wanted = _wanted(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    begun = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - begun:4.0f} s] {what}", file=sys.stderr, flush=True)

    try:
        seen = machine.look()
        groups = [Group(part.name, part.title, tuple(part.measure(say))) for part in wanted]
    except KeyboardInterrupt:
        print("Interrupted: all that was started has been ended, and bench/results is as it was.", file=sys.stderr)
        return 130
    tables.show(console, groups, seen)
    console.print(f"Written: {tables.write(groups, seen, NAMES)}", soft_wrap=True)
    return 0


def _wanted(arguments: Sequence[str] | None) -> list[Part]:
    """The parts that are named, also by the first word of their names; all if none is."""
    listed = ", ".join(NAMES)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"measure and write only these; there are {listed}")
    given: list[str] = parser.parse_args(arguments).groups
    for name in given:
        if not any(_named(part, name) for part in PARTS):
            parser.error(f"there is no group {name!r}; there are {listed}")
    return [part for part in PARTS if not given or any(_named(part, name) for name in given)]


def _named(part: Part, name: str) -> bool:
    return part.name == name or part.name.startswith(f"{name}-")


if __name__ == "__main__":
    sys.exit(main())

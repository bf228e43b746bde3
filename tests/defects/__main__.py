"""``python -m tests.defects``: breaks a system in every way we know and requires that a scenario notices each."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import UsageError
from support.run.conclude import criteria_of
from tests.defects import catalogue, qualify, table

INTERRUPTED = 130
ALL = "all"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 if every defect is caught, 1 if not, 2 for a wrong command, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    try:
        return max(_qualify(options, system, console) for system in _systems(options.system))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted: all that was started has been ended.", file=sys.stderr)
        return INTERRUPTED


def _qualify(options: argparse.Namespace, system: str, console: Console) -> int:
    listed = criteria_of(system)
    defects = qualify.fewer_alone(
        system, qualify.choose(system, options.only, options.each, options.turn), options.each_alone
    )
    if options.list:
        for each in defects:
            console.print(f"{each.criterion}  {each.name}: {each.says}", markup=False)
        return 0
    broken = qualify.plan(system, defects, options.everywhere or bool(options.only))
    trials = broken + (qualify.controls(system, defects) if options.control else [])
    count = len({trial.defect for trial in broken})
    console.print(f"{count} defects, {len(trials)} runs, {options.jobs} at a time", markup=False)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="signoff-defects-") as folder:
        findings = qualify.run(listed, trials, Path(folder), options.jobs, lambda text: print(text, flush=True))
    table.show(console, listed, findings.ended)
    faults = [*findings.faults, *_left_out(options.only, listed)]
    for fault in faults:
        console.print(fault, markup=False)
    told = "Every defect was caught." if not faults else f"{len(faults)} findings against the scenarios, see above."
    console.print(f"{count} defects in {time.monotonic() - started:.0f} s. {told}", markup=False)
    return 1 if faults else 0


def _systems(named: str) -> list[str]:
    known = catalogue.systems()
    if named != ALL and named not in known:
        raise UsageError(f"no defects of {named!r} are known; there are defects of: {', '.join(known)}")
    return known if named == ALL else [named]


def _left_out(only: Sequence[str], listed: CriteriaFile) -> list[str]:
    """Complaints about criteria that no defect breaks; they are for a whole run only."""
    return [] if only else [f"NO DEFECT for {criterion}" for criterion in qualify.without_defect(listed)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.defects", description=__doc__)
    parser.add_argument("--system", default="caio", help="the system to break, or all in turn (default: caio)")
    parser.add_argument("--only", nargs="+", default=[], metavar="DEFECT|CRITERION", help="only these")
    parser.add_argument("--each", type=int, metavar="N", help="at most N defects of each criterion, the first ones")
    parser.add_argument("--turn", type=int, default=0, metavar="N", help="with --each, begin with the N-th of each")
    parser.add_argument(
        "--each-alone", type=int, metavar="N", help="at most N of each criterion whose scenarios run alone, as for load"
    )
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side (default: 2)")
    parser.add_argument(
        "--everywhere", action="store_true", help="every defect over every interface, not dealt out to them"
    )
    parser.add_argument("--list", action="store_true", help="list the defects and run nothing")
    parser.add_argument(
        "--no-control", dest="control", action="store_false", help="leave out the runs without any defect"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

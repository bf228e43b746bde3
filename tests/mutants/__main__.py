"""``python -m tests.mutants``: how many small changes of a system's code its scenarios notice."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from support.acceptance import snapshot
from support.base.outcomes import UsageError
from support.base.settings import ROOT
from support.base.systems import SYSTEMS
from support.run.conclude import criteria_of
from tests.defects import catalogue
from tests.defects.trials import Trials
from tests.mutants import generate, planning, report, sampling, verdicts
from tests.mutants.generate import Mutant
from tests.mutants.kept import Kept
from tests.mutants.outcome import Fate, Result
from tests.mutants.planning import EXAMPLES, MODELS
from tests.mutants.reach import Reach, Reaches
from tests.mutants.report import About, Report
from tests.mutants.running import Mutants

INTERRUPTED = 130
BOTH = "both"
WORKED_ON = ROOT / "build" / "mutants"
RESULTS = ROOT / "bench" / "results"
JUDGING = ("features", "steps", "support", "environment.py")
"""What decides whether a mutant is noticed, beside the product's code and what stands beside its definition."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when the sample has been judged, whatever its score, 2 for a wrong command, 130 if interrupted."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    try:
        _measure(options, console)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted: all that was started has been ended. The same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _measure(options: argparse.Namespace, console: Console) -> None:
    if options.system not in catalogue.systems():
        raise UsageError(f"no reference system {options.system!r} is known: {', '.join(catalogue.systems())}")
    packages = generate.packages(options.system)
    sites = generate.sites(packages)
    mutants = sampling.sample(sites, options.sample, options.seed)
    planned = planning.plan(options.system)
    cases = [each for each in planned.cases if options.by in (BOTH, each.kind)]
    if not cases:
        raise UsageError(f"no scenario of {options.system} is one of the {options.by}")
    if options.list:
        for each in mutants:
            console.print(f"{each.place} {each.operator}\n  - {each.before}\n  + {each.after}", markup=False)
        return
    console.print(f"{len(mutants)} mutants of {len(sites)} places, {len(cases)} cases", markup=False)
    with tempfile.TemporaryDirectory(prefix="signoff-mutants-") as folder:
        trials = Trials(criteria_of(options.system), Path(folder))
        try:
            reaches = _reaches(Reaches(trials, WORKED_ON / "reach", packages), cases)
            runner = Mutants(trials, packages, reaches, options.trials)
            results = _run(runner, mutants, _kept(options, packages), options.jobs)
        except BaseException:
            trials.stop()
            raise
    about = _about(options, packages)
    made = Report(about, f"{datetime.now(UTC):%Y-%m-%d}", {options.by: results}, verdicts.load(), len(sites))
    made.left_out = planned.left_out
    made.unusable = [f"{each.case.name}: {each.trouble.splitlines()[0]}" for each in reaches if each.trouble]
    report.with_earlier(made, RESULTS / "mutants.json")
    report.show(console, made, options.by)
    console.print(f"{report.write(made, RESULTS, options.by).relative_to(ROOT)} has all of it.", markup=False)


def _reaches(known: Reaches, cases: Sequence[planning.Case]) -> list[Reach]:
    """Record what each case reaches, where that is not known."""
    started, reaches, recorded = time.monotonic(), [], 0
    for number, case in enumerate(cases, 1):
        reach, was_known = known.of(case)
        reaches.append(reach)
        if not was_known:
            recorded += 1
            left = (time.monotonic() - started) / recorded * (len(cases) - number)
            said = reach.trouble.splitlines()[0] if reach.trouble else f"runs {reach.count} lines"
            place = f"[case {number}/{len(cases)}, at most {left:.0f} s left]"
            print(f"{place} {case.name}, {reach.seconds:.1f} s: {said}", flush=True)
    return reaches


def _run(runner: Mutants, mutants: Sequence[Mutant], kept: Kept, jobs: int) -> list[Result]:
    """Run the mutants that no earlier run of the same sample has, some at a time; a line is said of each."""
    missing = [each for each in mutants if each.name not in kept.results]
    if len(missing) < len(mutants):
        print(f"{len(mutants) - len(missing)} mutants are known from an earlier run", flush=True)
    started, fates = time.monotonic(), Counter[Fate]()
    pool = ThreadPoolExecutor(jobs)
    try:
        for number, done in enumerate(as_completed([pool.submit(runner.run, each) for each in missing]), 1):
            result = done.result()
            kept.add(result)
            fates[result.fate] += 1
            left = (time.monotonic() - started) / number * (len(missing) - number)
            print(f"[mutant {number}/{len(missing)}, about {left:.0f} s left] {_said(result)}", flush=True)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return [kept.results[each.name] for each in mutants]


def _said(result: Result) -> str:
    what = f"{result.place} {result.operator}, {result.seconds:.0f} s: {result.fate}"
    if result.fate is Fate.KILLED:
        return f"{what} by {result.tried[-1].killed_by[0]}, {result.tried[-1].scenario}"
    return f"{what} after {len(result.tried)} of {result.reaching} cases"


def _kept(options: argparse.Namespace, packages: Sequence[Path]) -> Kept:
    """The results so far of the same mutants, tried with the same scenarios by the same suite."""
    judging = planning.digest(SYSTEMS / options.system, *packages, *(ROOT / each for each in JUDGING))
    return Kept(WORKED_ON / f"{options.system}-{options.by}-{options.trials}-{judging}.jsonl")


def _about(options: argparse.Namespace, packages: Sequence[Path]) -> About:
    revision = (snapshot.take().revision or "unknown")[:7]
    return About(options.system, options.seed, options.sample, options.trials, revision, planning.digest(*packages))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--system", default="caio", help="the reference system to mutate (default: caio)")
    parser.add_argument("--sample", type=int, default=200, metavar="N", help="how many mutants (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="chooses the mutants (default: 1)")
    parser.add_argument(
        "--trials", type=int, default=8, metavar="N", help="cases that a mutant is tried with at most (default: 8)"
    )
    parser.add_argument(
        "--by", choices=[EXAMPLES, MODELS, BOTH], default=BOTH, help="which scenarios count (default: both)"
    )
    parser.add_argument("--jobs", type=int, default=1, help="mutants side by side (default: 1)")
    parser.add_argument("--list", action="store_true", help="list the mutants and run nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())

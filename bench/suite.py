"""Measures the suite on CAIO as it is: start until ready, imports, cost per step, a whole run, and its report."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import feature_times, step_cost
from bench.figures import Bound, Figure, Target, unmeasured
from bench.processes import Followed, follow
from support.acceptance import run_record
from support.acceptance.run_record import RunRecord
from support.base import systems
from support.base.outcomes import UsageError
from support.base.settings import ROOT, Settings
from support.deployments import ProcessDeployment
from support.evidence import report

TIMES = 7
REPORTS = 5
JOBS = 2
PROCESSES = "not @needs.containers"
"""The scenarios in which everything is a process of this machine; bench.containers runs the others."""
QUICK = f"{PROCESSES} and not @exclusive"
"""Those of them that run beside each other; the others put load on a system and run alone."""
PATIENCE = 1200.0
"""Seconds after which a run is given up."""

MEGABYTE = 1e6
READY, MEMORY = Target(1.5), Target(250.0)
QUICK_TIME, LOAD_TIME = Target(60.0), Target(360.0)
REPORT_SIZE, REPORT_TIME = Target(8.0), Target(5.0)
IMPORT = "import time; begun = time.perf_counter(); import {module}; print(time.perf_counter() - begun)"

Say = Callable[[str], None]


def measure(say: Say) -> list[Figure]:
    """All figures of the suite; ``say`` is told what is being measured."""
    say(f"start of CAIO until ready, {TIMES} times")
    figures = [_ready(), _imports("caio"), _imports("caio.api")]
    say(f"own cost per step, {step_cost.ROUNDS} rounds")
    figures += step_cost.measure()
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        whole = Path(folder) / "whole"
        say(f"a whole run, signoff accept --jobs {JOBS}")
        figures += _whole(whole)
        figures.append(feature_times.of_tagged(whole / "allure-results", "exclusive", LOAD_TIME))
        say("the same without the scenarios under load")
        figures += _part("… without the scenarios under load", QUICK, QUICK_TIME, Path(folder) / "quick")
        figures += feature_times.by_feature(whole / "allure-results")
        say(f"the report of the whole run, {REPORTS} times")
        figures += _report(whole)
        say("those without load in one process, behave features/")
        figures.append(_one_process(Path(folder) / "alone"))
    return figures


def _ready() -> Figure:
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        seconds = [_start(Path(folder) / str(number)) for number in range(TIMES)]
    note = f"{TIMES} real processes with data folders of their own, from the command to the first ready answer"
    return Figure("CAIO, start until ready", "s", tuple(seconds), READY, note)


def _start(scratch: Path) -> float:
    deployment = ProcessDeployment(systems.find("caio"), {}, Settings(), scratch)
    try:
        deployment.start()
        deployment.stop()
        return deployment.ready_seconds[0]
    finally:
        deployment.close()


def _imports(module: str) -> Figure:
    command = [sys.executable, "-c", IMPORT.format(module=module)]
    seconds = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(TIMES)]
    return Figure(f"import {module}", "ms", tuple(each * 1000 for each in seconds), None, f"{TIMES} fresh processes")


def _whole(reports: Path) -> list[Figure]:
    what = f"signoff accept --jobs {JOBS}, wall time"
    try:
        done, record = _accepted(PROCESSES, reports)
    except (TimeoutError, UsageError) as error:
        return [unmeasured(what, "s", None, str(error))]
    worked = Figure(
        "… processor time", "s", (done.processor,), None, "of all its processes, systems under test included"
    )
    return [_time(what, None, done, record), worked, *_memory(done), *_starts(record)]


def _part(what: str, tags: str, target: Target, reports: Path) -> list[Figure]:
    try:
        done, record = _accepted(tags, reports)
    except (TimeoutError, UsageError) as error:
        return [unmeasured(what, "s", target, str(error))]
    return [_time(what, target, done, record)]


def _accepted(tags: str, reports: Path) -> tuple[Followed, RunRecord]:
    """Run the scenarios with these tags; raises TimeoutError and UsageError."""
    command = [sys.executable, "-m", "support.cli", "accept", "--jobs", str(JOBS), "--reports", str(reports)]
    command += ["--tags", tags]
    reports.mkdir()
    done = follow(command, ROOT, reports.with_suffix(".txt"), PATIENCE)
    return done, run_record.load(reports / "caio")


def _time(what: str, target: Target | None, done: Followed, record: RunRecord) -> Figure:
    accepted = "accepted" if done.status == 0 else f"exit status {done.status}, see signoff accept"
    note = f"one run, {len(record.plan)} scenarios over {' and '.join(record.interfaces)}, reports included; {accepted}"
    return Figure(what, "s", (done.seconds,), target, note)


def _memory(done: Followed) -> list[Figure]:
    peaks = done.peaks
    return [
        Figure(
            "memory of the suite in that run, peak",
            "MB",
            (peaks.suite / MEGABYTE,),
            MEMORY,
            f"signoff and {JOBS} behave processes at the same time, resident, shared pages counted for each; "
            "without the systems under test and without the report generator",
        ),
        Figure("… signoff itself", "MB", (peaks.command / MEGABYTE,), None, "resident, peak"),
        Figure("… its largest behave process", "MB", (peaks.shard / MEGABYTE,), None, "resident, peak"),
        Figure("… the report generator (Node)", "MB", (peaks.generator / MEGABYTE,), None, "runs alone, at the end"),
    ]


def _starts(record: RunRecord) -> list[Figure]:
    starts = record.starts
    if starts is None:
        return [unmeasured("starts of servers in that run", "", None, "the run left no record of its starts")]
    target = Target(starts.distinct + starts.dirtied, bound=Bound.AT_MOST)
    note = f"{starts.distinct} distinct settings, {starts.dirtied} dirtied leases"
    return [Figure("starts of servers in that run", "", (starts.starts,), target, note)]


def _report(reports: Path) -> list[Figure]:
    output, seconds = reports / "again", []
    try:
        for _ in range(REPORTS):
            begun = time.monotonic()
            page = report.generate(reports / "allure-results", output)
            seconds.append(time.monotonic() - begun)
    except UsageError as error:
        why = str(error).partition(";")[0]
        return [
            unmeasured("report, size", "MB", REPORT_SIZE, why),
            unmeasured("report, made in", "s", REPORT_TIME, why),
        ]
    size = page.stat().st_size / MEGABYTE
    return [
        Figure("report, size", "MB", (size,), REPORT_SIZE, "one HTML file with all evidence of that run"),
        Figure("report, made in", "s", tuple(seconds), REPORT_TIME, f"{REPORTS} times, from the results to the file"),
    ]


def _one_process(reports: Path) -> Figure:
    runner = [sys.executable, "-m", "behave", "features/caio", "--tags", QUICK, "-D", f"reports={reports}"]
    what = "memory of behave features/, peak"
    reports.mkdir()
    try:
        done = follow(runner, ROOT, reports.parent / "behave.txt", PATIENCE)
    except TimeoutError as error:
        return unmeasured(what, "MB", MEMORY, str(error))
    if not any(reports.glob("caio/allure-results/*-result.json")):
        return unmeasured(what, "MB", MEMORY, f"behave left no results, exit status {done.status}")
    note = (
        f"all scenarios over HTTP but those under load in one process, {done.seconds:.0f} s, exit status {done.status};"
        " resident"
    )
    return Figure(what, "MB", (done.peaks.command / MEGABYTE,), MEMORY, note)

"""Measures signing off: the commands from start to end, for a run of 10,000 results with 200 MB of evidence."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, Target, unmeasured
from support.acceptance import page
from support.base import systems
from support.base.outcomes import Outcome
from support.base.settings import ROOT
from support.signing import input_digests, keys
from tests.support.acceptance import runs

RESULTS, RESULT_BYTES, ATTACHMENT_BYTES = 10_000, 4_000, 16_000
TIMES = 5
PASSPHRASE = b"for this measurement only"
SECONDS, MEGABYTES = Target(1.0), Target(100.0)
KILOBYTE = 1024
WATCH = """
import resource, subprocess, sys, time
begun = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(status, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command from a small process: the kernel counts the memory of whoever starts a command as the command's."""

Say = Callable[[str], None]


def measure(say: Say) -> list[Figure]:
    """All figures of signing; ``say`` is told what is being measured."""
    say(f"signing and verifying {RESULTS:,} results, {TIMES} times")
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        reports, key, passphrase = Path(folder) / "reports", Path(folder) / "key.pem", Path(folder) / "passphrase"
        lay_out(reports / "caio", RESULTS)
        keys.make(key, PASSPHRASE)
        passphrase.write_bytes(PASSPHRASE)
        given = ["--reports", str(reports), "--key", str(key), "--passphrase-file", str(passphrase)]
        sign = ["sign", "--system", "caio", "--decision", "accept", "--by", "the bench", *given]
        found = _figures("signoff sign", [_command(sign) for _ in range(TIMES)])
        records = reports / "caio" / "records"
        record = sorted(records.glob("*"))[-1] if records.exists() else reports
        return found + _figures("signoff verify", [_command(["verify", str(record)]) for _ in range(TIMES)])


def lay_out(reports: Path, count: int) -> None:
    """Leave in the reports what a run of so many scenarios leaves; what is in the files does not matter for digests."""
    run, names = runs.accepted(), list(runs.STATEMENTS)
    run.plan = [runs.planned(names[n % len(names)], f"Case {n}", line=n + 3) for n in range(count)]
    run.results = [runs.result(item, Outcome.MET) for item in run.plan]
    record = run.record.model_copy(update={"url": None})
    noted = input_digests.begin(record.run_id, systems.find("caio"), record.deployment)
    record.save(reports)
    noted.save(reports)
    folder = reports / "allure-results"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:032x}-result.json").write_bytes(os.urandom(RESULT_BYTES))
        (folder / f"{number:032x}-attachment.txt").write_bytes(os.urandom(ATTACHMENT_BYTES))
    (reports / "allure-report").mkdir()
    (reports / "allure-report" / "index.html").write_bytes(os.urandom(4_000_000))
    page.write(run.verdict, record, reports, run.links)
    input_digests.made(record.run_id, reports)
    input_digests.end(record.run_id, reports)


def _command(arguments: list[str]) -> tuple[int, float, float]:
    """Exit status, seconds and megabytes, at most, of one command."""
    command = [sys.executable, "-m", "support.cli", *arguments]
    done = subprocess.run([sys.executable, "-c", WATCH, *command], cwd=ROOT, capture_output=True, check=True)
    status, seconds, kilobytes = done.stdout.split()
    return int(status), float(seconds), int(kilobytes) * KILOBYTE / 1e6


def _figures(what: str, done: list[tuple[int, float, float]]) -> list[Figure]:
    wrong = [status for status, _, _ in done if status]
    if wrong:
        return [unmeasured(what, "s", SECONDS, f"exit status {wrong[0]}")]
    evidence = RESULTS * (RESULT_BYTES + ATTACHMENT_BYTES) // 10**6
    note = f"the whole command, {TIMES} times, over {RESULTS:,} results and as many attachments, {evidence} MB"
    return [
        Figure(f"{what}, wall time", "s", tuple(seconds for _, seconds, _ in done), SECONDS, note),
        Figure("… memory, peak", "MB", tuple(megabytes for _, _, megabytes in done), MEGABYTES, "resident"),
    ]

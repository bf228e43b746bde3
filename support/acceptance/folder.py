"""The folder of reports: one run at a time writes to it, and nothing of an earlier run is taken for this one's."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.base.outcomes import UsageError

LOCK = ".lock"
OF_EARLIER_RUNS = ("run.json", "acceptance.html", "acceptance.json", "acceptance.md", "junit.xml", "seals.json")
FOLDERS_OF_EARLIER_RUNS = ("allure-results", "allure-report", "load", "logs")


NEEDED_BYTES = 200 * 1024 * 1024
"""Room for results, logs and the report of a large run."""
HOW_TO_CHOOSE = "with --reports (for behave, -D reports=…)"


def check(reports: Path) -> None:
    """Raise UsageError unless the folder, made where there is none, can be written and has room."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=reports, prefix=".writable-"):
            free = shutil.disk_usage(reports).free
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"the reports folder {reports} cannot be written: {reason}; make it writable or choose another "
            f"{HOW_TO_CHOOSE}"
        ) from error
    if free < NEEDED_BYTES:
        raise UsageError(
            f"only {free // 2**20} MB are free in {reports}, a run needs {NEEDED_BYTES // 2**20} MB; "
            f"make room or choose another folder {HOW_TO_CHOOSE}"
        )


@contextmanager
def held(reports: Path) -> Iterator[None]:
    """Hold the folder, which exists; the kernel frees it with the process, however that ends.

    Raises UsageError when another run holds it: two runs on one machine each need a folder of their own.
    """
    with (reports / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"another run is writing to {reports}; wait for its end or give this one a folder of its own "
                f"{HOW_TO_CHOOSE}"
            ) from error
        yield


def clear(reports: Path) -> None:
    """Remove what an earlier run left. Only for a run that holds the folder."""
    for name in FOLDERS_OF_EARLIER_RUNS:
        if (reports / name).exists():
            shutil.rmtree(reports / name)
    for name in OF_EARLIER_RUNS:
        (reports / name).unlink(missing_ok=True)
    (reports / "allure-results").mkdir()

"""The folder of reports: one run at a time writes to it, and nothing of an earlier run is taken for this one's."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.outcomes import UsageError

LOCK = ".lock"
OF_EARLIER_RUNS = ("run.json", "acceptance.html", "acceptance.json", "acceptance.md")
FOLDERS_OF_EARLIER_RUNS = ("allure-results", "allure-report", "logs")


@contextmanager
def held(reports: Path) -> Iterator[None]:
    """Hold the folder, made where there is none; the kernel frees it with the process, however that ends.

    Raises UsageError when another run holds it: two runs on one machine each need a folder of their own.
    """
    try:
        reports.mkdir(parents=True, exist_ok=True)
        lock = (reports / LOCK).open("w")
    except OSError as error:
        raise UsageError(
            f"the reports folder {reports} cannot be written: {error.strerror or error}; "
            "make it writable or choose another with --reports (for behave, -D reports=…)"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"another run is writing to {reports}; wait for its end or give this one a folder of its own "
                "with --reports (for behave, -D reports=…)"
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

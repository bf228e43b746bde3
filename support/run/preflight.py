"""Looks before a run starts whether it can be carried out, so that trouble is told at once and in one message."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from support.deployments import RemoteDeployment
from support.outcomes import UsageError
from support.settings import Settings
from support.systems import System

NEEDED_BYTES = 200 * 1024 * 1024
"""Room for results, logs and the report of a large run."""


def check_reports(reports: Path) -> None:
    """Raise UsageError unless the folder of reports can be written and has room."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=reports, prefix=".writable-"):
            free = shutil.disk_usage(reports).free
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"the reports folder {reports} cannot be written: {reason}; "
            "make it writable or choose another with --reports"
        ) from error
    if free < NEEDED_BYTES:
        raise UsageError(
            f"only {free // 2**20} MB are free in {reports}, a run needs {NEEDED_BYTES // 2**20} MB; "
            "make room or choose another folder with --reports"
        )


def check_reachable(system: System, settings: Settings) -> None:
    """Raise UsageError unless the system is ready at the URL that the run is aimed at."""
    if settings.url is None:
        return
    RemoteDeployment(system, settings.url).start()

"""What all processes do at their start and end: settings, logging, signals, a line that says why one does not start."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from chassis import logs
from chassis.settings import SettingsError

from sidecar import settings as environment
from sidecar.settings import Settings


class Stopping:
    """Set by SIGTERM and SIGINT."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.asked.set()


def begin() -> Settings:
    """Read the settings and set up logging. Raises SettingsError."""
    found = environment.read()
    logs.configure(found.sidecar_log_format, found.sidecar_log_level)
    logs.catch_uncaught()
    for warning in environment.unknown_variables():
        logs.get("start").warning(warning)
    try:
        found.sidecar_data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            "SIDECAR_DATA_DIR", f"={str(found.sidecar_data_dir)!r} is unusable: {error.strerror}"
        ) from None
    return found


def end(error: SettingsError) -> int:
    """Say in one line why nothing was started."""
    as_text = os.environ.get("SIDECAR_LOG_FORMAT", "").strip().lower() == "text"
    line = logs.emergency_line("text" if as_text else "json", f"Async Sidecar does not start: {error}")
    sys.stderr.write(line + "\n")
    return 2

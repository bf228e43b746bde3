"""Finds the browser of this machine: Chromium or Chrome as the system has it; none is ever downloaded."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GET = "apt-get install chromium"
"""What gets one on Debian and Ubuntu."""

_ANSWERS_IN = 10.0
"""Seconds in which a browser must tell its version."""


def find() -> Path | None:
    """The first browser on the PATH; None if there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def why_not() -> str:
    """Why no page can be opened in a browser here, and what to do about it; empty if one can."""
    if find() is not None:
        return ""
    return f"no browser was found ({', '.join(NAMES)}); on Debian and Ubuntu: {GET}"


def version(browser: Path) -> str:
    """What the browser says of itself, such as "Chromium 156.0.8078.79"; empty if it says nothing."""
    try:
        said = subprocess.run(
            [str(browser), "--version"], capture_output=True, text=True, timeout=_ANSWERS_IN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.partition(" built on ")[0].strip()

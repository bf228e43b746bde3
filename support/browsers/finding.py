"""Finds the browser of this machine: Chromium or Chrome as the system has it; none is ever downloaded."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from support.base.text import ESCAPE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GET = "apt-get install chromium (on Ubuntu, where that is a snap: Google Chrome's package)"
"""What gets one on Debian and Ubuntu."""

_SNAP = b"/snap/bin/"
"""What stands in the script by which Ubuntu starts a browser that is a snap."""
_BEGINNING = 4096

_ANSWERS_IN = 10.0
"""Seconds in which a browser must tell its version."""


def find() -> Path | None:
    """The first browser on the PATH; None if there is none. A snap is passed over: it may not use our folders."""
    found = (Path(path) for path in map(shutil.which, NAMES) if path)
    return next((path for path in found if not _is_snap(path)), None)


def why_not() -> str:
    """Why no page can be opened in a browser here, and what to do about it; empty if one can."""
    if find() is not None:
        return ""
    return f"no browser was found ({', '.join(NAMES)}); on Debian and Ubuntu: {GET}"


def version(browser: Path) -> str:
    """What the browser says of itself, such as "Chromium 156.0.8078.79"; empty if it says nothing."""
    try:
        said = subprocess.run(
            [str(browser), "--version"],
            capture_output=True,
            encoding="utf-8",
            errors=ESCAPE,
            timeout=_ANSWERS_IN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.partition(" built on ")[0].strip()


def _is_snap(path: Path) -> bool:
    with path.open("rb") as file:
        return path.resolve().name == "snap" or _SNAP in file.read(_BEGINNING)

"""``python -m docs.screenshots``: makes the README's pictures of the acceptance page from two real runs of CAIO.

One run is of CAIO as it is, the other of CAIO with a defect of ``tests/defects`` in it; both try every scenario.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright
from rich.console import Console

from support.acceptance.page import Document
from support.acceptance.verdict import Decision
from support.base.settings import ROOT
from tests.defects import definition

IMAGES = ROOT / "docs" / "images"
DEBIANS_CHROMIUM = "/usr/bin/chromium"
BROWSER_OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
VIEW: ViewportSize = {"width": 1280, "height": 960}
LARGEST = 200 * 1000
"""Bytes of a picture, so that the README stays quick to open."""

SAID = 3000
"""Characters of a run's console output that are shown when it did not end as expected."""

DEFECT = "origin-by-prefix"


@dataclass(frozen=True, slots=True)
class Picture:
    """The page of one run: the verdicts it may show, and the defect that is put into CAIO, if any."""

    name: str
    verdicts: tuple[Decision, ...]
    defect: str | None = None


PICTURES = (
    Picture("accepted", (Decision.ACCEPTED, Decision.RESERVATIONS)),
    Picture("rejected", (Decision.REJECTED,), DEFECT),
)


class NoPicture(Exception):
    """A picture could not be made; the message says why."""


def main() -> int:
    """Exit status 0 if both pictures were made; 1 with the reason if one was not, and then the old one stays."""
    try:
        chromium = _chromium()
        for picture in PICTURES:
            with tempfile.TemporaryDirectory(prefix="signoff-screenshots-") as folder:
                _make(picture, Path(folder), chromium)
    except NoPicture as error:
        Console(stderr=True).print(f"screenshots: {error}", highlight=False, markup=False, soft_wrap=True)
        return 1
    return 0


def _chromium() -> str:
    found = DEBIANS_CHROMIUM if Path(DEBIANS_CHROMIUM).exists() else shutil.which("chromium")
    if found is None:
        raise NoPicture("chromium is not installed; on Debian: apt-get install chromium")
    return found


def _make(picture: Picture, folder: Path, chromium: str) -> None:
    begun, reports = time.monotonic(), folder / "reports"
    reports.mkdir()
    options = ["--definition", str(definition.write(folder, "caio", picture.defect))] if picture.defect else []
    what = f"with the defect {picture.defect}" if picture.defect else "as it is"
    _say(f"{picture.name}: trying every scenario on CAIO {what}, some ten minutes")
    said = _accept(["--reports", str(reports), *options], folder / "console.txt")
    decision = _decision(reports / "caio", said)
    if decision not in picture.verdicts:
        expected = " or ".join(picture.verdicts)
        raise NoPicture(f"the run for {picture.name} ended {decision}, expected {expected}:\n{said}")
    path = IMAGES / f"{picture.name}.png"
    size = _take(reports / "caio" / "acceptance.html", path, chromium)
    _say(f"{picture.name}: {path.relative_to(ROOT)}, {size / 1000:.0f} KB, after {time.monotonic() - begun:.0f} s")


def _accept(options: Sequence[str], console: Path) -> str:
    """Run `signoff accept`; what it last said. A rejected run has an exit status of its own, so none is an error."""
    command = [sys.executable, "-m", "support.cli", "accept", "--jobs", "2", *options]
    with console.open("wb") as output:
        # A session of its own: on Ctrl-C we interrupt it once, and wait until it has ended what it started.
        run = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            run.wait()
        except KeyboardInterrupt:
            run.send_signal(signal.SIGINT)
            run.wait()
            raise
    return console.read_text(encoding="utf-8", errors="replace")[-SAID:]


def _decision(reports: Path, said: str) -> Decision:
    try:
        return Document.model_validate_json((reports / "acceptance.json").read_bytes()).decision
    except FileNotFoundError as error:
        raise NoPicture(f"the run left no acceptance page; it said last:\n{said}") from error


def _take(page: Path, path: Path, chromium: str) -> int:
    """Write the top of a page as a picture; its size in bytes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_OPTIONS)
        tab = browser.new_page(viewport=VIEW, device_scale_factor=1, color_scheme="light")
        tab.goto(page.as_uri())
        taken = tab.screenshot(animations="disabled")
        browser.close()
    if len(taken) > LARGEST:
        raise NoPicture(f"{path.name} would have {len(taken) / 1000:.0f} KB, more than {LARGEST / 1000:.0f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(taken)
    return len(taken)


def _say(what: str) -> None:
    Console().print(what, highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())

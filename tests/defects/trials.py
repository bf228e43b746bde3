"""One trial: the scenarios of a criterion against a system with one defect, over one interface, and how they ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from support.acceptance import results, run_record, verdict
from support.acceptance.criteria import CriteriaFile
from support.acceptance.verdict import CriterionOutcome
from support.base.outcomes import Outcome, UsageError
from support.base.settings import ROOT
from tests.defects import definition

PATIENCE = {"timeouts.settle": 4, "timeouts.start": 20}
"""Of the scenarios, in seconds: what a defect prevents need not be waited for as long as in an acceptance run."""

LONGEST_SECONDS = 240
"""A run that takes longer is ended and counts as broken."""

PYTHON = "python"


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: the scenarios of criteria, all or a sample, in feature files, over an interface, with a defect."""

    system: str
    defect: str
    criteria: tuple[str, ...]
    interface: str
    features: tuple[str, ...]
    sample: str = ""
    alone: bool = False
    """Whether nothing else may run meanwhile: what is measured would be another's doing."""
    tags: tuple[str, ...] = ()
    """Tag expressions that the scenarios must meet besides, each."""
    first: bool = False
    """Whether it ends with the first scenario that is not met or broken."""
    longest: float = LONGEST_SECONDS
    """Seconds after which it is ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the scenarios of one criterion ended in a trial; ``trouble`` is why they could not be judged, if so."""

    trial: Trial
    criterion: str
    outcome: Outcome | None
    not_met: tuple[str, ...] = ()
    tried: int = 0
    trouble: str = ""
    timed_out: bool = False


class Trials:
    """Runs trials, each in a process and with a folder of its own, and ends those that run when asked to."""

    def __init__(self, listed: CriteriaFile, folder: Path) -> None:
        self._listed, self._folder = listed, folder
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, trial: Trial) -> tuple[list[Ended], float]:
        """Run one trial: how each of its criteria ended, and the seconds it took."""
        started = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix=f"{trial.defect.partition('=')[0]}-{trial.interface}-", dir=self._folder))
        try:
            status = self._behave(trial, folder)
            ended = [self._ended(trial, criterion, status, folder) for criterion in trial.criteria]
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return ended, time.monotonic() - started

    def stop(self) -> None:
        """Interrupt what runs, so that its servers are stopped, and start nothing more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            process.send_signal(signal.SIGINT)
        for process in running:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()

    def _behave(self, trial: Trial, folder: Path) -> int | None:
        """Run behave; its exit status, or None if it had to be ended."""
        with (folder / "console.txt").open("wb") as console, self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                _command(trial, folder), cwd=ROOT, stdout=console, stderr=console, start_new_session=True
            )
            self._running.add(process)
        try:
            return process.wait(timeout=trial.longest)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait()
            return None
        finally:
            self._running.discard(process)

    def _ended(self, trial: Trial, criterion: str, status: int | None, folder: Path) -> Ended:
        if status not in (0, 1):
            how = f"ended with status {status}" if status is not None else f"took longer than {trial.longest:.0f} s"
            said = f"behave {how}\n{_said(folder)}"
            return Ended(trial, criterion, None, trouble=said, timed_out=status is None)
        try:
            record = run_record.load(folder / trial.system)
        except UsageError as error:
            return Ended(trial, criterion, None, trouble=f"{error}\n{_said(folder)}")
        judged = verdict.judge(
            self._listed,
            record.plan,
            results.read(folder / trial.system / "allure-results"),
            partial=True,
            covered=record.covered,
            finished=record.finished is not None,
        )
        found = next(item for item in judged.criteria if item.criterion.id == criterion)
        troubles = [*_broken(found), *(f"{each}" for each in judged.differences), *judged.troubles]
        not_met = tuple(each.name for each in found.scenarios if each.outcome is Outcome.NOT_MET)
        return Ended(trial, criterion, found.outcome, not_met, len(found.scenarios), "\n".join(troubles))


def _command(trial: Trial, folder: Path) -> list[str]:
    settings = {
        "reports": folder,
        "definition": definition.write(folder / "definition", trial.system, trial.defect),
        "interface": trial.interface,
        **PATIENCE,
    }
    options = [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
    tags = [" or ".join(f"@{criterion}" for criterion in trial.criteria)]
    if trial.interface == PYTHON:
        tags.append("not @needs.http")
    tags += trial.tags
    expressions = [f"--tags={expression}" for expression in tags]
    if trial.sample:
        expressions.append(f"--name={trial.sample}")
    if trial.first:
        expressions.append("--stop")
    child = [sys.executable, "-m", "support.run.child", str(os.getpid()), str(folder / trial.system / "allure-results")]
    return [*child, *options, *expressions, *trial.features]


def _broken(found: CriterionOutcome) -> list[str]:
    return [f"{each.name}: {each.reason}" for each in found.scenarios if each.outcome is Outcome.BROKEN]


def _said(folder: Path) -> str:
    lines = (folder / "console.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-15:])

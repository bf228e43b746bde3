"""What a run that was judged leaves for later: its place in the history, its loads, and the overview of all systems."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.acceptance import run_record
from support.acceptance.run_record import RunRecord
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.history import keep, overview
from support.load import store as loads
from support.run.conclude import Conclusion


@dataclass(frozen=True, slots=True)
class Remembered:
    """The pages that were made anew, and what could not be, each in a sentence."""

    history: Path | None = None
    overview: Path | None = None
    troubles: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """Where the pages are."""
        lines = [f"History:         {self.history}"] if self.history else []
        lines += [f"All systems:     {self.overview}"] if self.overview else []
        return "\n".join([*lines, *self.troubles])


def remember(record: RunRecord, reports: Path, conclusion: Conclusion, root: Path = PROJECT) -> Remembered:
    """Add a run to the history of its system; what cannot be written takes nothing from the verdict.

    ``reports`` is the system's own folder, in the folder of all systems.
    """
    history, page, troubles = None, None, []
    try:
        loads.remember(reports, record.run_id)
        history = keep.run(conclusion.verdict, record, reports, run_record.now(), root)
    except UsageError as error:
        troubles.append(f"History:         not kept: {error}")
    try:
        page = overview.write(reports.parent)
    except UsageError as error:
        troubles.append(f"All systems:     not written: {error}")
    return Remembered(history, page, tuple(troubles))

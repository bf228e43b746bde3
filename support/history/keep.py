"""What the end of a run adds to the history, and the page that shows it all."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from support.acceptance import criteria
from support.acceptance.criteria import CriteriaFile
from support.acceptance.run_record import RunRecord
from support.acceptance.verdict import Verdict
from support.base import systems
from support.base.places import PROJECT
from support.history import decisions, entry, page, provenance, store


def run(verdict: Verdict, record: RunRecord, reports: Path, ended: datetime, root: Path = PROJECT) -> Path:
    """Add a run that was judged to the history and make the page anew; returns where the page is.

    Raises UsageError when either cannot be written.
    """
    noted = provenance.read(reports, record.run_id, record.deployment)
    store.append(reports, entry.of(verdict, record, noted, ended))
    histories = [store.read(reports, name) for name in store.systems(reports)]
    return page.write(histories, decisions.read(reports).by_run, lambda name: criteria_of(name, root), reports)


def criteria_of(system: str, root: Path = PROJECT) -> CriteriaFile | None:
    """What the criteria of a system promise today; None when this checkout does not have it any more."""
    folder = systems.features_of(system, root / "systems")
    file = root / "features" / folder / "criteria.yaml"
    return criteria.load(file) if file.exists() else None

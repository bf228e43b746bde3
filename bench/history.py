"""Measures the history of runs: reading it and making its page, for 500 runs of CAIO with all its criteria."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import Figure, Target
from support.acceptance import criteria
from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome
from support.base.settings import ROOT
from support.history import page, store
from support.history.entry import Entry, Kept, Measured

RUNS = 500
TIMES = 5
FIGURES = 20
"""Figures that each run observes."""
SELDOM = 97
"""One in so many outcomes is not met, so that nothing can be drawn in one stroke."""
PAGE = Target(2.0)

Say = Callable[[str], None]


def measure(say: Say) -> list[Figure]:
    """All figures of the history; ``say`` is told what is being measured."""
    say(f"the history page with {RUNS} runs, {TIMES} times")
    listed = criteria.load(ROOT / "features" / "caio" / "criteria.yaml")
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        reports = Path(folder)
        for number in range(RUNS):
            store.append(reports, _run(number, listed.ids))
        seconds = [_made(reports, listed) for _ in range(TIMES)]
        size = (reports / page.FILE_NAME).stat().st_size / 1e6
    about = f"{RUNS} runs of {len(listed.ids)} criteria with {FIGURES} figures each"
    return [
        Figure("history page, made in", "s", tuple(seconds), PAGE, f"read and written; {about}"),
        Figure("history page, size", "MB", (size,), None, about),
    ]


def _made(reports: Path, listed: criteria.CriteriaFile) -> float:
    begun = time.perf_counter()
    page.write([store.read(reports, "caio")], {}, lambda _: listed, reports)
    return time.perf_counter() - begun


def _run(number: int, names: list[str]) -> Entry:
    outcomes = [Outcome.NOT_MET if (number * 31 + place) % SELDOM == 0 else Outcome.MET for place in range(len(names))]
    return Entry(
        run=f"{number:012x}",
        started=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        system="caio",
        title="CAIO",
        version="1.0.0",
        deployment="process",
        interfaces=("http", "python"),
        partial=False,
        finished=True,
        seconds=30.0,
        features="f",
        source="s",
        decision=Decision.REJECTED if Outcome.NOT_MET in outcomes else Decision.ACCEPTED,
        criteria={name: Kept(outcome, "t") for name, outcome in zip(names, outcomes, strict=True)},
        figures=tuple(_figure(number, place) for place in range(FIGURES)),
    )


def _figure(number: int, place: int) -> Measured:
    observed = 30.0 + (number * 7 + place) % 19
    return Measured(
        criterion="CAIO-SLO-01", scenario="A run", what=f"figure {place}", unit="ms", observed=observed, limit=50.0
    )

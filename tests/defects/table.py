"""The table criterion × defect: which scenarios have caught which defect, over which interface."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import Outcome
from tests.defects import catalogue
from tests.defects.launch import NONE
from tests.defects.trials import Ended

SHOWN = 2
"""Scenarios named for each defect; of the others the number is told."""


def show(console: Console, listed: CriteriaFile, ended: Sequence[Ended]) -> None:
    """Print one row for each defect, by criterion; one for each interface where they differ."""
    defects = catalogue.of(listed.system)
    table = Table("criterion", "defect", "over", "caught by", title="What was broken, and which scenario noticed")
    order = {name: place for place, name in enumerate(defects)}
    for criterion in listed.ids:
        rows = [each for each in ended if each.criterion == criterion and each.trial.defect != NONE]
        told: dict[tuple[str, str], list[str]] = {}
        for row in sorted(rows, key=lambda each: (order[each.trial.defect], each.trial.interface)):
            told.setdefault((row.trial.defect, _caught(row)), []).append(row.trial.interface)
        for (name, caught), interfaces in told.items():
            table.add_row(criterion, defects[name].says, ", ".join(interfaces), caught)
    if table.row_count:
        console.print(table)


def _caught(row: Ended) -> str:
    if row.trouble:
        return "BROKEN"
    if row.outcome is not Outcome.NOT_MET:
        return f"NOBODY ({row.tried} tried)"
    names = [name.partition(" -- ")[0] for name in row.not_met]
    named = list(dict.fromkeys(names))
    rest = len(named) - SHOWN
    told = "; ".join(named[:SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
    return f"{len(row.not_met)} of {row.tried}: {told}"

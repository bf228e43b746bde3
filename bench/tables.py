"""Shows figures beside the figures to reach, on the console and in bench/results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Group
from bench.machine import Machine

RESULTS = Path(__file__).resolve().parent / "results"
COLUMNS = ("figure", "median", "spread", "to reach", "reached")


def show(console: Console, groups: Sequence[Group], machine: Machine) -> None:
    """Print a table for each group."""
    for group in groups:
        table = Table(title=group.title, title_justify="left")
        for column in COLUMNS:
            table.add_column(column, justify="right" if column in ("median", "spread") else "left")
        for figure in group.figures:
            table.add_row(*_cells(figure))
        console.print(table)
    console.print(str(machine), soft_wrap=True)


def write(groups: Sequence[Group], machine: Machine, folder: Path = RESULTS) -> Path:
    """Write a JSON file for each group and the summary; gives the summary's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for group in groups:
        content = {"machine": machine.as_json(), "figures": [figure.as_json() for figure in group.figures]}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"{group.name}.json").write_text(text + "\n", encoding="utf-8")
    summary = folder / "summary.md"
    summary.write_text(_summary(groups, machine), encoding="utf-8")
    return summary


def _summary(groups: Sequence[Group], machine: Machine) -> str:
    lines = [
        "# Figures",
        "",
        f"`make bench` wrote this on {machine.taken[:10]}, from real runs of revision {(machine.revision or '?')[:7]}.",
        "Medians, with the smallest and the largest sample beside them. No test fails because of a time.",
        "",
        f"Machine: {machine}.",
    ]
    for group in groups:
        lines += ["", f"## {group.title}", "", _row(COLUMNS), "|---|--:|--:|---|---|"]
        lines += [_row(_cells(figure)) for figure in group.figures]
        notes = [f"- *{figure.what}*: {figure.note}." for figure in group.figures if figure.note]
        lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


def _cells(figure: Figure) -> tuple[str, ...]:
    return (figure.what, figure.value, figure.spread, figure.wanted, figure.judged)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

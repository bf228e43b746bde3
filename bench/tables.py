"""Shows figures beside the figures to reach, on the console and in bench/results; the summary is made of all files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Group
from bench.machine import Machine

RESULTS = Path(__file__).resolve().parent / "results"
COLUMNS = ("figure", "median", "spread", "to reach", "reached")
NUMBERS = ("median", "spread")


@dataclass(frozen=True, slots=True)
class Measured:
    """A group and the machine that it was measured on; groups may be measured one by one, at different times."""

    group: Group
    machine: Machine


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is shown: column names, rows of cells, and which columns are numbers."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numbers: tuple[str, ...]


def show(console: Console, groups: Sequence[Group], machine: Machine) -> None:
    """Print the tables of each group."""
    for group in groups:
        title: str | None = group.title
        for grid in grids(group.figures):
            table = Table(title=title, title_justify="left")
            for column in grid.columns:
                table.add_column(column, justify="right" if column in grid.numbers else "left")
            for row in grid.rows:
                table.add_row(*row)
            console.print(table)
            title = None
        for note in _notes(group, unmeasured_only=True):
            console.print(note, soft_wrap=True, markup=False)
    console.print(str(machine), soft_wrap=True)


def write(groups: Sequence[Group], machine: Machine, order: Sequence[str], folder: Path = RESULTS) -> Path:
    """Write a JSON file for each of these groups, and the summary of all files there are; gives the summary's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for group in groups:
        figures = [figure.as_json() for figure in group.figures]
        content = {"title": group.title, "machine": machine.as_json(), "figures": figures}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"{group.name}.json").write_text(text + "\n", encoding="utf-8")
    summary = folder / "summary.md"
    summary.write_text(_summary(read(folder, order)), encoding="utf-8")
    return summary


def read(folder: Path, order: Sequence[str]) -> list[Measured]:
    """What the files of results say, in the order of these names; files of other names come last."""
    places = {name: place for place, name in enumerate(order)}
    files = sorted(folder.glob("*.json"), key=lambda file: (places.get(file.stem, len(places)), file.stem))
    return [_read(file) for file in files]


def grids(figures: Sequence[Figure]) -> Iterator[Grid]:
    """One table of those that stand alone, then one of those that share rows."""
    alone = [figure for figure in figures if not figure.aspect]
    if alone:
        yield Grid(COLUMNS, [_cells(figure) for figure in alone], NUMBERS)
    shared = [figure for figure in figures if figure.aspect]
    if shared:
        aspects = tuple(dict.fromkeys(figure.aspect for figure in shared))
        cells = {(figure.what, figure.aspect): _cell(figure) for figure in shared}
        names = dict.fromkeys(figure.what for figure in shared)
        rows = [(name, *(cells.get((name, aspect), "") for aspect in aspects)) for name in names]
        yield Grid(("", *aspects), rows, aspects)


def _read(file: Path) -> Measured:
    found = json.loads(file.read_text(encoding="utf-8"))
    figures = tuple(Figure.from_json(figure) for figure in found["figures"])
    return Measured(Group(file.stem, found["title"], figures), Machine.from_json(found["machine"]))


def _summary(measured: Sequence[Measured]) -> str:
    latest = max((each.machine for each in measured), key=lambda machine: machine.taken)
    lines = [
        "# Figures",
        "",
        "`make bench` wrote this, from real runs.",
        "Medians, with the smallest and the largest sample beside them. No test fails because of a time.",
        "",
        f"Machine: {latest.equipment}.",
    ]
    for each in measured:
        machine = each.machine
        elsewhere = "" if machine.equipment == latest.equipment else f"; {machine.equipment}"
        lines += ["", f"## {each.group.title}", ""]
        lines.append(f"{machine.taken[:10]}, revision {(machine.revision or '?')[:7]}; {machine.moment}{elsewhere}.")
        for grid in grids(each.group.figures):
            rules = ["--:" if column in grid.numbers else "---" for column in grid.columns]
            lines += ["", _row(grid.columns), f"|{'|'.join(rules)}|", *map(_row, grid.rows)]
        notes = _notes(each.group)
        lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


def _notes(group: Group, *, unmeasured_only: bool = False) -> list[str]:
    """The notes to a group's figures, each once: what is true of several aspects is said of their row."""
    noted = [figure for figure in group.figures if figure.note and not (unmeasured_only and figure.samples)]
    return list(dict.fromkeys(f"- *{figure.what}*: {figure.note}." for figure in noted))


def _cells(figure: Figure) -> tuple[str, ...]:
    return (figure.what, figure.value, figure.spread, figure.wanted, figure.judged)


def _cell(figure: Figure) -> str:
    """A figure in one cell: its median, and smallest and largest sample."""
    return f"{figure.value} ({figure.spread})" if figure.spread else figure.value


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

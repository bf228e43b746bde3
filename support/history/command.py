"""`signoff history`: runs and decisions over time, as text and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from support.base import settings
from support.base.outcomes import UsageError
from support.history import changes, decisions, page, store, text
from support.history.entry import Entry
from support.history.keep import criteria_of
from support.history.store import History

LAST = 20

app = typer.Typer(add_completion=False)


@app.command("history")
def history_command(
    system: Annotated[str | None, typer.Option(help="Which system; default: all that have been run.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many runs the table shows.")] = LAST,
    earlier: Annotated[str | None, typer.Option("--from", help="Compare this run, by the start of its id …")] = None,
    later: Annotated[str | None, typer.Option("--to", help="… with this one; default: the last two complete.")] = None,
    reports: Annotated[Path | None, typer.Option(help="Folder of reports, with one below it for each system.")] = None,
) -> None:
    """Show runs and decisions over time, what changed between two runs, and which criteria are unstable."""
    root = (reports or settings.Settings().reports).resolve()
    names = [system] if system else sorted(path.parent.name for path in root.glob(f"*/{store.FOLDER}") if path.is_dir())
    histories = {name: store.read(root / name, name) for name in names}
    if not any(history.entries for history in histories.values()):
        raise UsageError(f"there is no run in {root / (system or '')}; `signoff accept` adds one at its end")
    for name, history in histories.items():
        _show(history, root / name, last, earlier, later)


def _show(history: History, reports: Path, last: int, earlier: str | None, later: str | None) -> None:
    """Say what there is of one system, and make its page."""
    decided = decisions.read(reports)
    written = page.write([history], decided.by_run, criteria_of, reports)
    typer.echo(text.runs(history.entries, decided.by_run, last) + "\n")
    listed = criteria_of(history.system)
    pair = _pair(history, earlier, later)
    if pair:
        typer.echo(text.comparison(changes.compare(*pair), listed, history.entries) + "\n")
    if restless := changes.unstable(history.entries):
        typer.echo(text.unstable(restless, listed) + "\n")
    typer.echo(f"Page: {written}")
    for warning in [*history.warnings, *decided.warnings]:
        typer.echo(f"signoff: {warning}", err=True)


def _pair(history: History, earlier: str | None, later: str | None) -> tuple[Entry, Entry] | None:
    if earlier is None and later is None:
        return changes.latest_pair(history.entries)
    after = _named(history, later) if later else history.entries[-1]
    before = _named(history, earlier) if earlier else _before(history.entries, after)
    return before, after


def _named(history: History, run: str) -> Entry:
    found = [entry for entry in history.entries if entry.run.startswith(run)]
    if len(found) != 1:
        many = f"{len(found)} runs of {history.system} begin" if found else f"no run of {history.system} begins"
        raise UsageError(f"{many} with {run!r}; `signoff history` lists them")
    return found[0]


def _before(entries: Sequence[Entry], after: Entry) -> Entry:
    place = entries.index(after)
    if place == 0:
        raise UsageError(f"there is no run before {after.run}")
    return entries[place - 1]

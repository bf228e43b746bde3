"""`signoff compare` and `signoff load-worker`: load results side by side, and a machine that helps to put load on."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from support.base import systems
from support.base.outcomes import UsageError

app = typer.Typer(add_completion=False)


@app.command("compare")
def compare_command(
    first: Annotated[str, typer.Argument(help="A system's reports folder, a run's id, or the file of a load result.")],
    second: Annotated[str, typer.Argument(help="What it is compared with, given likewise.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    system: Annotated[
        str | None, typer.Option(help="The system whose runs are named by id; default: the only one, or caio.")
    ] = None,
    reports: Annotated[Path | None, typer.Option(help="Folder of reports, with one below it for each system.")] = None,
) -> None:
    """Compare the load results of two runs: rate, success and times by endpoint, with the change in percent."""
    from support.load import comparison, store

    folder = systems.reports(reports, system)
    compared = comparison.compare(store.find(first, folder), store.find(second, folder))
    if as_json:
        typer.echo(compared.json)
        return
    for name in dict.fromkeys(row.scenario for row in compared.rows):
        rows = [row for row in compared.rows if row.scenario == name]
        shown = Table("endpoint", *(change.figure for change in rows[0].changes), title=name, title_justify="left")
        for row in rows:
            shown.add_row(row.endpoint, *(change.line for change in row.changes))
        Console(width=None if Console().is_terminal else 200).print(shown)
    for note in compared.notes:
        typer.echo(f"Note: {note}")


@app.command("load-worker")
def load_worker_command(
    master: Annotated[str, typer.Option(help="HOST[:PORT] of the machine on which `signoff accept` runs.")],
    name: Annotated[str | None, typer.Option(help="What this worker is called; default: this machine's name.")] = None,
    once: Annotated[bool, typer.Option("--once", help="End after one load.")] = False,
) -> None:
    """Send load for a run on another machine, one load after the other, until Ctrl-C."""
    from support.load import helping

    host, port = address(master)
    called = name or socket.gethostname()
    typer.echo(f"{called} waits for loads of {host}:{port}; Ctrl-C ends it")
    for number in helping.serve(host, port, called, once=once):
        typer.echo(f"load {number} is over")


def address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST[:PORT]``. Raises UsageError."""
    from support.load.runner import DEFAULT_PORT

    host, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    number = int(port) if port.isdigit() else DEFAULT_PORT if not colon else 0
    if not host or not 0 < number < 65536:
        raise UsageError(f"--master {text!r} is no address: give HOST or HOST:PORT, like 192.0.2.7:{DEFAULT_PORT}")
    return host, number

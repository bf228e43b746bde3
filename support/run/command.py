"""`signoff accept`, `signoff report` and `signoff summary`: a run of one system or of all, and what it left."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from support.acceptance import comment, run_record
from support.base import systems
from support.base.places import PROJECT
from support.history import overview
from support.signing import sheet

ALL = "all"
"""What ``--system`` takes for each system in turn; no system can be called so."""

_LINE = re.compile(r":\d+$")

app = typer.Typer(add_completion=False)
console = Console(force_terminal=sys.stdout is not None and sys.stdout.isatty())  # whatever FORCE_COLOR says

Reports = Annotated[
    Path | None, typer.Option(help="Folder that results and reports are written to, one below it for each system.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Reservations fail the run too.")]
AllowPlanned = Annotated[
    bool, typer.Option("--allow-planned", help="Under --strict, criteria marked `planned: true` may stay open.")
]
AllowPartial = Annotated[
    bool, typer.Option("--allow-partial", help="Under --strict, criteria that were not asked for may stay open.")
]
OfSystem = Annotated[str | None, typer.Option(help="Of which system; default: the only one, or caio.")]


@app.command("accept")
def accept_command(
    features: Annotated[list[str] | None, typer.Argument(help="Feature files or file:line; default: all.")] = None,
    system: Annotated[
        str | None,
        typer.Option(help="Which system, by its folder in systems/, or all in turn; default: that of the features."),
    ] = None,
    deployment: Annotated[
        Literal["process", "container", "remote"] | None, typer.Option(help="How the system is run.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where a system that already runs answers.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Another system.yaml, for your own deployment.")] = None,
    interface: Annotated[Literal["http", "python"] | None, typer.Option(help="Default: all it offers.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes work side by side; with --url, one.")] = 2,
    tags: Annotated[list[str] | None, typer.Option(help="A tag expression; several must all hold.")] = None,
    load_workers: Annotated[
        str | None, typer.Option(help="HOST,… on which `signoff load-worker` runs, to send loads from there.")
    ] = None,
    strict: Strict = False,
    allow_planned: AllowPlanned = False,
    allow_partial: AllowPartial = False,
    expected: Annotated[
        bool, typer.Option("--expected", help="Fail exactly if a criterion ends otherwise than expected.yaml says.")
    ] = False,
    reports: Reports = None,
    define: Annotated[list[str] | None, typer.Option("-D", help="A setting, name=value, as for behave.")] = None,
) -> None:
    """Run a system's scenarios and judge it. Exit status 0: accepted, with or without reservations."""
    from support.run.accept import accept
    from support.run.all_systems import accept_all
    from support.run.conclude import Strictness
    from support.run.orders import Asked

    given = {"deployment": deployment, "url": url, "definition": _absolute(definition), "reports": _absolute(reports)}
    asked = Asked(
        settings={name: str(value) for name, value in given.items() if value is not None},
        overrides=(*(define or ()), *([f"load.workers={load_workers}"] if load_workers else ())),
        paths=tuple(_in_project(path) for path in features or ()),
        interface=interface,
        jobs=jobs,
        tags=tuple(tags or ()),
        strictness=Strictness(strict, allow_planned, allow_partial),
        as_expected=expected,
    )
    os.chdir(PROJECT)  # behave finds features, and names scenarios, from where it works
    raise typer.Exit(accept_all(asked, console) if system == ALL else accept(asked.order(system), console))


@app.command("report")
def report_command(
    system: OfSystem = None,
    strict: Strict = False,
    allow_planned: AllowPlanned = False,
    allow_partial: AllowPartial = False,
    reports: Reports = None,
) -> None:
    """Rebuild the acceptance page and the Allure report from the results of a system's last run."""
    from support.run.conclude import Strictness, conclude

    folder = systems.reports(reports, system)
    sheet.keep_signed(folder)
    conclusion = conclude(run_record.load(folder), folder, Strictness(strict, allow_planned, allow_partial))
    overview.write(folder.parent)
    console.print(conclusion.says, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(conclusion.status)


@app.command("summary")
def summary_command(
    system: OfSystem = None,
    reports: Reports = None,
    published: Annotated[str | None, typer.Option(help="Address under which the reports can be read.")] = None,
) -> None:
    """Print the verdict on a system's last run in Markdown, as a comment for a pull request."""
    folder = systems.reports(reports, system)
    address = f"{published.rstrip('/')}/{folder.name}" if published else None
    typer.echo(comment.markdown(comment.read(folder), folder, address))


def _absolute(path: Path | None) -> Path | None:
    return path.resolve() if path is not None else None


def _in_project(path: str) -> str:
    """A feature file or ``file:line``, given from where the user works or from the project, as the project has it."""
    place = Path(_LINE.sub("", path))
    return path if not place.exists() and (PROJECT / place).exists() else os.path.relpath(path, PROJECT)

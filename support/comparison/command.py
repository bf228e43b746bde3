"""`signoff gateways`: runs the published gateways one after the other and writes the comparison."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from support.acceptance import criteria
from support.base import systems
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.systems import System

app = typer.Typer(add_completion=False)
console = Console(soft_wrap=True)
FEATURES = "gateway"
DOCUMENT = PROJECT / "docs" / "gateways.md"
PAGE = "gateways.html"


@app.command("gateways")
def gateways_command(
    only: Annotated[list[str] | None, typer.Argument(help="Which, by their folders in systems/; default: all.")] = None,
    run: Annotated[bool, typer.Option(help="Run them first; else the last runs are put side by side.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes work side by side.")] = 2,
    reports: Annotated[Path | None, typer.Option(help="Folder of the reports.")] = None,
) -> None:
    """Judge the published gateways and put them side by side. Exit status 0 if each could be judged."""
    from support.comparison import gathering, pages

    known = published()
    chosen = [each for each in known if not only or each.name in only]
    if not chosen:
        raise UsageError(f"there is no such gateway; there are: {', '.join(each.name for each in known) or 'none'}")
    os.chdir(PROJECT)
    unjudged = [each.name for each in chosen if run and not _judge(each, jobs, reports)]
    folder = (reports or PROJECT / "reports").resolve()
    listed = criteria.load(PROJECT / "features" / FEATURES / "criteria.yaml")
    found = [one for each in known if (one := gathering.judged(each, folder / each.name, listed)) is not None]
    if not found:
        raise UsageError(f"no gateway has been judged yet in {folder}")
    pages.save(DOCUMENT, pages.markdown(found, listed))
    pages.save(folder / PAGE, pages.html(found, listed))
    typer.echo(f"Comparison: {DOCUMENT}\nPage:       {folder / PAGE}")
    if unjudged:
        typer.echo(f"could not be judged: {', '.join(unjudged)}", err=True)
        raise typer.Exit(1)


def published() -> list[System]:
    """The gateways that are installed from a registry, by name."""
    found, _ = systems.readable()
    return [each for each in found if each.feature_folder == FEATURES and each.installation is not None]


def _judge(system: System, jobs: int, reports: Path | None) -> bool:
    """Run one; whether it came to a verdict."""
    from support.run.accept import INTERRUPTED, carry_out
    from support.run.conclude import Strictness
    from support.run.orders import Asked

    given = {"reports": str(reports.resolve())} if reports else {}
    asked = Asked(given, (), (), None, jobs, (), Strictness())
    try:
        ended = carry_out(asked.order(system.name), console)
    except UsageError as error:
        typer.echo(f"{system.name}: not run: {error}", err=True)
        return False
    if ended.status == INTERRUPTED:
        raise typer.Exit(INTERRUPTED)
    return bool(ended.line)

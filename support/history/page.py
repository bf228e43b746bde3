"""Writes ``history.html``: one file that opens from disk, asks for nothing and runs no script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from support.acceptance import words
from support.acceptance.atomic import write as write_file
from support.acceptance.criteria import CriteriaFile
from support.acceptance.page import style, templates
from support.base.outcomes import Outcome
from support.history import plots, text, view
from support.history.decisions import Decided
from support.history.store import History

TEMPLATES = Path(__file__).parent / "templates"
FILE_NAME = "history.html"


def write(
    histories: Sequence[History],
    decided: Mapping[str, Decided],
    criteria_of: Callable[[str], CriteriaFile | None],
    reports: Path,
) -> Path:
    """Write the page of every history that has a run, whole or not at all; returns where it is."""
    chapters = [view.chapter(history, decided, criteria_of(history.system)) for history in histories if history.entries]
    page = reports / FILE_NAME
    write_file(page, as_html(chapters))
    return page


def as_html(chapters: Sequence[view.Chapter]) -> str:
    """The page; everything that comes from a run is escaped."""
    found = templates(True, TEMPLATES)
    found.filters["upfirst"] = lambda said: said[:1].upper() + said[1:]
    return found.get_template("history.html.j2").render(
        chapters=chapters,
        words=words,
        flips=text.flips,
        outcomes=list(Outcome),
        tones=plots.TONES,
        sample=plots.strip,
        at_once=view.RUNS_AT_ONCE,
        css=style() + Markup((TEMPLATES / "history.css").read_text(encoding="utf-8")),
    )

"""Writes the comparison as Markdown, which is kept in the repository, and as a page beside the reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from support.acceptance import page, words
from support.acceptance.atomic import write
from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import Outcome
from support.comparison.gathering import NOT_OFFERED, Judged

TEMPLATES = Path(__file__).parent / "templates"
MARKS = {
    Outcome.MET.value: "✓",
    Outcome.NOT_MET.value: "✗",
    Outcome.BROKEN.value: "?",
    Outcome.NOT_VERIFIED.value: "–",
    NOT_OFFERED: "·",
}
"""Outcome → what stands for it in the matrix."""


def markdown(found: Sequence[Judged], listed: CriteriaFile) -> str:
    """The whole comparison."""
    return _render("gateways.md.j2", found, listed, autoescape=False)


def html(found: Sequence[Judged], listed: CriteriaFile) -> str:
    """The same as one file; everything that comes from a run is escaped."""
    return _render("gateways.html.j2", found, listed, autoescape=True)


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, text)


def _render(template: str, found: Sequence[Judged], listed: CriteriaFile, *, autoescape: bool) -> str:
    environment: jinja2.Environment = page.templates(autoescape, TEMPLATES)
    style = page.style() + Markup((TEMPLATES / "gateways.css").read_text(encoding="utf-8"))
    return environment.get_template(template).render(
        found=found, listed=listed, marks=MARKS, words=words, css=style, outcomes=[*MARKS]
    )

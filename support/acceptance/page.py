"""Writes the acceptance page: one HTML file an owner decides by, and the same as JSON and Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

from support.acceptance import checklist, view, words
from support.acceptance.atomic import write as write_file
from support.acceptance.checklist import ItemOutcome
from support.acceptance.run_record import RunRecord
from support.acceptance.verdict import Decision, Verdict
from support.base.outcomes import Outcome

TEMPLATES = Path(__file__).parent / "templates"
MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~>-])")


class Document(BaseModel):
    """``acceptance.json``: the verdict, what it rests on, and the run it belongs to (without the plan)."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    means: str
    next_step: str
    counts: dict[Outcome, int]
    run: dict[str, object]
    verdict: Verdict
    checklist: tuple[ItemOutcome, ...] = ()


def write(verdict: Verdict, record: RunRecord, folder: Path, links: Mapping[str, str] | None = None) -> Path:
    """Write ``acceptance.html``, ``.json`` and ``.md`` into ``folder``, each whole or not at all; returns the HTML.

    ``links`` leads from a scenario's key to its place in the Allure report, relative to ``folder``.
    """
    page = folder / "acceptance.html"
    write_file(folder / "acceptance.json", as_json(verdict, record))
    write_file(folder / "acceptance.md", as_markdown(verdict, record, links or {}))
    write_file(page, as_html(verdict, record, links or {}))
    return page


def as_json(verdict: Verdict, record: RunRecord) -> str:
    """The verdict for machines."""
    run = record.model_dump(mode="json", exclude={"plan", "covered", "checklist"})
    document = Document(
        decision=verdict.decision,
        means=words.means(verdict),
        next_step=words.next_step(verdict),
        counts={outcome: verdict.count(outcome) for outcome in Outcome},
        run=run,
        verdict=verdict,
        checklist=checklist.judge(record.checklist, verdict),
    )
    return document.model_dump_json(indent=2) + "\n"


def as_html(verdict: Verdict, record: RunRecord, links: Mapping[str, str]) -> str:
    """The page. Everything that comes from a run is escaped; the page loads nothing and runs no script."""
    return _render("page.html.j2", verdict, record, links, autoescape=True)


def as_markdown(verdict: Verdict, record: RunRecord, links: Mapping[str, str]) -> str:
    """The page for places that show Markdown."""
    return _render("page.md.j2", verdict, record, links, autoescape=False)


def _render(template: str, verdict: Verdict, record: RunRecord, links: Mapping[str, str], autoescape: bool) -> str:
    rows = view.rows(verdict, record.interfaces, links)
    judged = checklist.judge(record.checklist, verdict)
    return (
        templates(autoescape)
        .get_template(template)
        .render(
            verdict=verdict,
            record=record,
            words=words,
            outcomes=list(Outcome),
            rows=rows,
            areas=view.areas(rows),
            against=[row for outcome in (Outcome.NOT_MET, Outcome.BROKEN) for row in rows if row.outcome is outcome],
            strays=view.reasons(verdict.strays, links),
            unverified=view.unverified(rows),
            sections=view.sections(judged, verdict, links),
            standing=words.standing(judged),
            css=style(),
        )
    )


def templates(autoescape: bool, *others: Path) -> jinja2.Environment:
    """Where templates are looked up, with the filters they use; ``others`` are folders beside this room's own."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*others, TEMPLATES]),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["md"] = escape_markdown
    environment.filters["slug"] = lambda text: re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-")
    return environment


def style() -> Markup:
    """The style sheet that every page of the suite begins with."""
    return Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))


def escape_markdown(text: object) -> str:
    """Text that Markdown shows as it is, on one line, also within a table, with no HTML in it."""
    plain = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return MARKDOWN_SPECIAL.sub(r"\\\1", plain)

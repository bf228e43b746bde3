"""The run as a comment on a pull request, in Markdown: the verdict, what stands in the way, where to read on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from support.acceptance import page, view, words
from support.acceptance.page import Document
from support.base.outcomes import Outcome, UsageError

MOST = 15
"""Criteria of one outcome that are told with their reasons; the page has them all."""
MOST_CHARACTERS = 60_000
"""GitHub refuses a comment of more than 65,536."""
BACKTICKS = re.compile(r"`+")
PAGES = {"Acceptance page": "acceptance.html", "Allure report": "allure-report/index.html", "History": "history.html"}


class Facts(BaseModel):
    """What matters here of the run that the verdict belongs to."""

    model_config = ConfigDict(extra="ignore")

    run_id: str
    title: str
    version: str
    started: AwareDatetime
    interfaces: tuple[str, ...]


def read(reports: Path) -> Document:
    """The verdict of the last run. Raises UsageError that says what to do when there is none, or it is damaged."""
    path = reports / "acceptance.json"
    try:
        return Document.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"there is no verdict to sum up: {path} does not exist; run `signoff accept` first") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except ValidationError as error:
        raise UsageError(f"{path} is damaged; make it again with `signoff report`") from error


def markdown(document: Document, reports: Path, published: str | None = None) -> str:
    """The comment. ``published`` is the address under which the folder of reports can be read; without it, pages that
    are there are named.

    Words of a system stand in code blocks, where they call nobody and link nowhere.
    """
    facts = Facts.model_validate(document.run)
    rows = view.rows(document.verdict, facts.interfaces, {})
    against = {
        outcome: [row for row in rows if row.outcome is outcome] for outcome in (Outcome.NOT_MET, Outcome.BROKEN)
    }
    templates = page.templates(False)
    templates.filters["plain"] = plain
    text = templates.get_template("comment.md.j2").render(
        document=document,
        verdict=document.verdict,
        facts=facts,
        words=words,
        outcomes=list(Outcome),
        against=against,
        most=MOST,
        strays=view.reasons(document.verdict.strays, {}),
        unverified=view.unverified(rows),
        standing=words.standing(document.checklist),
        fenced=fenced,
        pages=[name if not published else f"[{name}]({address})" for name, address in _pages(reports, published)],
    )
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[:MOST_CHARACTERS].rpartition("\n\n")[0] + "\n\nThe rest is on the acceptance page.\n"


def plain(text: object) -> str:
    """Text that Markdown shows as it is, and that calls nobody by name."""
    return page.escape_markdown(text).replace("@", "&#64;")


def fenced(text: str, indent: int) -> str:
    """Text as a code block within a list, fenced by more backticks than it holds."""
    longest = max((len(run) for run in BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = [f"{fence}text", *words.excerpt(text, lines=8, characters=700).splitlines(), fence]
    return "\n".join(" " * indent + line for line in lines)


def _pages(reports: Path, published: str | None) -> Sequence[tuple[str, str]]:
    base = (published or "").rstrip("/")
    return [(name, f"{base}/{file}") for name, file in PAGES.items() if (reports / file).is_file()]

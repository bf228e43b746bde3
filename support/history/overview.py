"""``reports/index.html``: one page that leads an owner to every system, with its verdict and the owner's decision.

It is made anew at both ends of each run and after a decision, from what lies in the systems' folders at that moment. A
system without an acceptance page is left out, unless a run of it has begun: then the page says no more than that.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from markupsafe import Markup
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from support.acceptance import words
from support.acceptance.atomic import write as write_file
from support.acceptance.page import style, templates
from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome, UsageError
from support.history import decisions, plots
from support.history.decisions import Decided

TEMPLATES = Path(__file__).parent / "templates"
FILE_NAME = "index.html"
LOCK = ".index.lock"
PAGES = {"Criteria": "acceptance.html", "Evidence": "allure-report/index.html", "History": "history.html"}
"""What a row leads to, as far as it is there."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


Form = TypeVar("Form", bound=_Part)


class Run(_Part):
    """What matters here of the record of a run."""

    run_id: str
    title: str
    version: str
    started: AwareDatetime


class Judged(_Part):
    """Whether only a part of the criteria was asked for."""

    partial: bool = False


class Page(_Part):
    """What matters here of ``acceptance.json``."""

    decision: Decision
    counts: dict[Outcome, int]
    run: Run
    verdict: Judged


@dataclass(frozen=True, slots=True)
class Row:
    """One system: its last run, and the verdict on it; None for a run that has begun and has none yet."""

    name: str
    run: Run
    page: Page | None
    decided: Decided | None
    links: tuple[tuple[str, str], ...]

    @property
    def met(self) -> int:
        """How many criteria were met."""
        return self.page.counts.get(Outcome.MET, 0) if self.page else 0

    @property
    def total(self) -> int:
        """How many criteria there are."""
        return sum(self.page.counts.values()) if self.page else 0


def write(reports: Path) -> Path:
    """Write the page for all systems in the folder of reports, whole or not at all; returns where it is.

    Raises UsageError when it cannot be written.
    """
    with _alone(reports):
        page = reports / FILE_NAME
        write_file(page, as_html(rows(reports)))
    return page


def rows(reports: Path) -> list[Row]:
    """Every system that has a page, or a run that has begun, by name."""
    folders = sorted(path for path in reports.glob("*") if path.is_dir())
    return [row for folder in folders if (row := _row(folder)) is not None]


def as_html(found: list[Row]) -> str:
    """The page; everything that comes from a run is escaped."""
    return (
        templates(True, TEMPLATES)
        .get_template("overview.html.j2")
        .render(
            rows=found,
            outcomes=list(Outcome),
            tones=plots.TONES,
            words=words,
            css=style() + Markup((TEMPLATES / "overview.css").read_text(encoding="utf-8")),
        )
    )


def _row(folder: Path) -> Row | None:
    page = _read(folder / "acceptance.json", Page) if (folder / PAGES["Criteria"]).is_file() else None
    run = page.run if page else _read(folder / "run.json", Run) if not (folder / PAGES["Criteria"]).exists() else None
    if run is None:
        return None
    names = PAGES.items() if page else [("History", PAGES["History"])]
    links = tuple((name, quote(f"{folder.name}/{file}")) for name, file in names if (folder / file).is_file())
    return Row(folder.name, run, page, decisions.read(folder).by_run.get(run.run_id), links)


def _read(path: Path, form: type[Form]) -> Form | None:
    """A file of a run; None if it is missing or damaged, which that system's own commands tell."""
    try:
        return form.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


@contextmanager
def _alone(reports: Path) -> Iterator[None]:
    """Keep runs of other systems from writing an older page over this one."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with (reports / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise UsageError(f"cannot write {reports / FILE_NAME}: {error.strerror or error}") from error

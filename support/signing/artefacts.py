"""What a run left of itself, read as far as a decision needs it: no whole run of 10,000 scenarios in memory."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic.dataclasses import dataclass

from support.acceptance.criteria import Criterion
from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome, UsageError
from support.signing import subjects

AGAIN = "run `signoff accept` again"
REMADE = "make it again with `signoff report`"

Form = TypeVar("Form", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Located:
    """Where a planned scenario stands: ``features/caio/cors.feature:12``."""

    location: str


class Run(_Part):
    """The record of the run, ``run.json``; see :class:`support.acceptance.run_record.RunRecord`."""

    run_id: str
    system: str
    features: str = ""
    title: str
    version: str
    deployment: str
    url: str | None = None
    interfaces: tuple[str, ...]
    started: AwareDatetime
    finished: AwareDatetime | None = None
    command: str
    partial: bool
    plan: tuple[Located, ...]
    environment: dict[str, JsonValue]
    images: dict[str, str] = {}

    @property
    def judged_by(self) -> str:
        """The folder below ``features`` whose features and criteria judge the system."""
        return self.features or self.system


class Ended(_Part):
    """How a criterion ended."""

    criterion: Criterion
    outcome: Outcome


class Stray(_Part):
    """How a scenario of no criterion ended."""

    name: str
    outcome: Outcome


class Difference(_Part):
    """Where plan and results differ."""

    says: str


class Verdict(_Part):
    """The verdict; see :class:`support.acceptance.verdict.Verdict`."""

    decision: Decision
    criteria: tuple[Ended, ...]
    strays: tuple[Stray, ...] = ()
    differences: tuple[Difference, ...] = ()
    troubles: tuple[str, ...] = ()


class Judged(_Part):
    """The page for machines, ``acceptance.json``; see :class:`support.acceptance.page.Document`."""

    means: str
    counts: dict[Outcome, int]
    verdict: Verdict


def run(reports: Path) -> Run:
    """The record of the last run. Raises UsageError that says what to do when there is none, or it is damaged."""
    return read(reports / subjects.RUN, Run, AGAIN, "there is no run to decide on: ")


def judged(reports: Path) -> Judged:
    """The verdict on the last run. Raises UsageError when it cannot be read."""
    return read(reports / subjects.VERDICT, Judged, REMADE)


def read(path: Path, form: type[Form], remedy: str, without: str = "") -> Form:
    """A file of a run. Raises UsageError with the remedy when it is missing (``without`` says what that means)."""
    try:
        return form.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"{without}{path} does not exist; {remedy}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path} is damaged at {field}: {first['msg']}; {remedy}") from error

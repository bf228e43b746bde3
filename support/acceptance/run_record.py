"""The record of a run, ``reports/run.json``: what was planned, against what, with which command, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from support.acceptance import snapshot
from support.acceptance.atomic import write
from support.acceptance.plan import Planned
from support.acceptance.snapshot import Snapshot
from support.base import addresses, clock
from support.base.checklists import Item
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.settings import Settings
from support.base.systems import System
from support.base.text import writable

FILE_NAME = "run.json"


class Starts(BaseModel):
    """How often the system was started in a run, and why that often."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    starts: int = 0
    distinct: int = 0
    dirtied: int = 0


class RunRecord(BaseModel):
    """One run. ``finished`` stays None until all planned scenarios had their turn."""

    model_config = ConfigDict(extra="forbid")

    run_id: str
    system: str
    features: str = ""
    """The folder of features and criteria that judge the system, where it is not its own name."""
    title: str
    version: str
    licence: str = ""
    """The licence that a published product states; empty where none was read."""
    deployment: str
    url: str | None = None
    interfaces: tuple[str, ...]
    started: AwareDatetime
    finished: AwareDatetime | None = None
    command: str
    partial: bool = False
    plan: tuple[Planned, ...]
    covered: tuple[str, ...] = ()
    absent: dict[str, str] = Field(default_factory=dict)
    """What the system was declared not to offer: capability → why."""
    checklist: tuple[Item, ...] = ()
    environment: Snapshot
    starts: Starts | None = None
    images: dict[str, str] = Field(default_factory=dict)
    """The container images that the system and its companions ran from: name → digest."""

    @field_validator("url", "command")
    @classmethod
    def _without_credentials(cls, text: str | None) -> str | None:
        """A password in an address must not reach any file that is kept or passed on."""
        return writable(addresses.shown(text)) if text else text

    @property
    def feature_folder(self) -> str:
        """The folder below ``features`` whose features and criteria judge the system."""
        return self.features or self.system

    @property
    def duration(self) -> timedelta | None:
        """How long the run took; None while it has not finished."""
        return self.finished - self.started if self.finished else None

    def save(self, reports: Path) -> Path:
        """Write the record into the folder of reports, whole or not at all."""
        path = reports / FILE_NAME
        write(path, self.model_dump_json(indent=2) + "\n")
        return path


def begin(
    system: System,
    settings: Settings,
    interfaces: Sequence[str],
    command: str,
    planned: Sequence[Planned],
    covered: Sequence[str],
    partial: bool,
    root: Path = PROJECT,
) -> RunRecord:
    """The record of a run that begins now; ``root`` is the checkout whose revision it notes."""
    return RunRecord(
        run_id=settings.run_id,
        system=system.name,
        features=system.features or "",
        title=system.title,
        version=system.version,
        deployment=settings.deployment,
        url=settings.url,
        interfaces=tuple(interfaces),
        started=now(),
        command=command,
        partial=partial,
        plan=tuple(planned),
        covered=tuple(covered),
        absent=system.absent,
        checklist=system.hardening,
        environment=snapshot.take(root),
    )


def load(reports: Path) -> RunRecord:
    """Read the record of the last run. Raises UsageError that says what to do when there is none, or it is damaged."""
    path = reports / FILE_NAME
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"there is no run to report on: {path} does not exist; run `signoff accept` first") from error
    except OSError as error:
        raise UsageError(f"cannot read the record of the run in {path}: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path} is damaged at {field}: {first['msg']}; run `signoff accept` again") from error


def now() -> datetime:
    """The present moment, in local time with its offset."""
    return datetime.fromtimestamp(clock.now()).astimezone()

"""What the processes of a load say: parent and master in JSON lines, master and workers through Locust."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from support.load.plan import LoadPlan
from support.load.result import LoadResult

SPEAKS = 4
"""Version of what master and workers say; both sides must have the same."""


class ToMaster(StrEnum):
    """What workers say."""

    HELLO = "signoff-hello"
    READY = "signoff-ready"
    STANDING = "signoff-standing"
    REPORT = "signoff-report"
    DONE = "signoff-done"


class ToWorker(StrEnum):
    """What the master says."""

    PLAN = "signoff-plan"
    BEGIN = "signoff-begin"
    END = "signoff-end"


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Job(_Line):
    """What the master is to do; the first line that it reads. After it, the line ``stop`` ends the load early."""

    plan: LoadPlan
    bind: str
    port: int
    local: int
    """How many workers the parent starts itself."""
    hosts: tuple[str, ...] = ()
    """The other machines from which workers come."""
    patience: float
    """Seconds that it waits for them."""


class Progress(_Line):
    """How far the load is; the last of the workers' reports is in the result."""

    what: Literal["progress"] = "progress"
    phase: Literal["waiting", "warming up", "measuring", "ending"]
    says: str
    result: LoadResult | None = None


class End(_Line):
    """How it ended: with a result, or with trouble before anything was measured."""

    what: Literal["end"] = "end"
    result: LoadResult | None = None
    trouble: str = ""
    kind: Literal["", "broken", "not verified", "usage"] = ""


class FromMaster(_Line):
    """One line of the master's output."""

    line: Progress | End = Field(discriminator="what")

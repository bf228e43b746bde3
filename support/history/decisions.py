"""The owner's decisions on runs, as their signed records state them. Reading one here does not check its signature."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from support.acceptance import words
from support.acceptance.results import UNPRINTABLE

RECORDS = "records"
PATTERN = "*.signoff.json"


class _Envelope(BaseModel):
    """What matters here of a DSSE envelope."""

    model_config = ConfigDict(extra="ignore")

    payload: str


class _Predicate(BaseModel):
    """What matters here of the statement's predicate."""

    model_config = ConfigDict(extra="ignore")

    run: str = Field(min_length=1)
    decision: Literal["accept", "refuse"]
    by: str
    when: AwareDatetime
    reason: str | None = None
    waivers: tuple[JsonValue, ...] = ()


class _Statement(BaseModel):
    model_config = ConfigDict(extra="ignore")

    predicate: _Predicate


@dataclass(frozen=True, slots=True)
class Decided:
    """What an owner decided on a run."""

    accepted: bool
    by: str
    when: AwareDatetime
    reason: str
    waived: int
    record: str

    @property
    def says(self) -> str:
        """``accepted by Ada with 1 waiver``."""
        waived = f" with {words.plural(self.waived, 'waiver', 'waivers')}" if self.waived else ""
        return f"{'accepted' if self.accepted else 'refused'} by {self.by}{waived}"


@dataclass(frozen=True, slots=True)
class Decisions:
    """The latest decision on each run, and the records that cannot be read, each in a sentence."""

    by_run: Mapping[str, Decided]
    warnings: tuple[str, ...]


def read(reports: Path) -> Decisions:
    """Read every record in the folder of reports; no record is no decision."""
    found: dict[str, Decided] = {}
    warnings: list[str] = []
    for file in sorted((reports / RECORDS).glob(PATTERN)):
        try:
            envelope = _Envelope.model_validate_json(file.read_bytes())
            stated = _Statement.model_validate_json(base64.b64decode(envelope.payload, validate=True)).predicate
        except (OSError, ValidationError, binascii.Error):
            warnings.append(f"{file} is left out: it is not a record of a decision that this version can read")
            continue
        decided = Decided(
            accepted=stated.decision == "accept",
            by=_words(stated.by),
            when=stated.when,
            reason=_words(stated.reason or ""),
            waived=len(stated.waivers),
            record=file.name,
        )
        if stated.run not in found or found[stated.run].when <= decided.when:
            found[stated.run] = decided
    return Decisions(found, tuple(warnings))


def _words(text: str) -> str:
    """What a record says, on one line, and without what would steer a terminal."""
    return UNPRINTABLE.sub("", " ".join(text.split()))

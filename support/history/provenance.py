"""What a run stood on, as it noted it when it began: a digest of what was asked, and one of what it was asked about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

SEALS = "seals.json"
ASKED = "features/"
"""What the names of features and criteria begin with; every other file belongs to the system."""


class _InputDigests(BaseModel):
    """What matters here of the digests that a run noted of its own files."""

    model_config = ConfigDict(extra="ignore")

    run: str
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Grounds:
    """Digests of the features with their criteria, and of the system; None where they are not known."""

    features: str | None = None
    source: str | None = None


def read(reports: Path, run: str, deployment: str) -> Grounds:
    """What a run noted; nothing where it noted none, or where another run did.

    Of a system that runs elsewhere the sources here say nothing, so that what it is made of is not known.
    """
    try:
        noted = _InputDigests.model_validate_json((reports / SEALS).read_bytes())
    except (OSError, ValidationError):
        return Grounds()
    if noted.run != run:
        return Grounds()
    asked = {name: digest for name, digest in noted.inputs.items() if name.startswith(ASKED)}
    about = {name: digest for name, digest in noted.inputs.items() if name not in asked}
    return Grounds(_digest(asked), None if deployment == "remote" else _digest(about))


def _digest(files: Mapping[str, str]) -> str | None:
    listed = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return hashlib.sha256(listed.encode()).hexdigest() if files else None

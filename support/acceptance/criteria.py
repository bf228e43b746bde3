"""Reads ``features/<system>/criteria.yaml``: what a system must show before its owner signs it off."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from support.base import yaml_lines
from support.base.outcomes import UsageError
from support.base.scenarios import CRITERION_ID
from support.base.systems import System

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Level(StrEnum):
    """How binding a criterion is. It is shown to the owner; the verdict treats both alike."""

    MUST = "must"
    SHOULD = "should"


class Criterion(BaseModel):
    """One promise that the owner decides by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Words
    area: Words
    statement: Words
    level: Level = Level.MUST
    planned: bool = Field(False, description="whether its scenarios are still to be written")

    @field_validator("id")
    @classmethod
    def _id_is_a_tag(cls, value: str) -> str:
        if not CRITERION_ID.fullmatch(value):
            raise ValueError("expected an id such as CAIO-ROUTE-03")
        return value


class CriteriaFile(BaseModel):
    """The criteria of one system, in the order the owner reads them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: Words
    title: Words
    technical_areas: tuple[Words, ...] = Field((), description="areas whose promises are about the API itself")
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @property
    def ids(self) -> list[str]:
        """Every criterion's id, in the order of the file."""
        return [criterion.id for criterion in self.criteria]

    def get(self, criterion_id: str) -> Criterion | None:
        """The criterion of that id; None when the file has none."""
        return next((criterion for criterion in self.criteria if criterion.id == criterion_id), None)


def checked(system: System, path: Path) -> CriteriaFile:
    """The criteria that a system is judged by.

    Raises UsageError with all that stands against a run at once: criteria that cannot be read or are another system's,
    and tokens whose environment variable is not set.
    """
    problems = system.unset()
    try:
        listed = load(path)
        if listed.system != system.feature_folder:
            problems.append(other_system(path, listed, system.feature_folder))
    except UsageError as error:
        problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))
    return listed


def other_system(path: Path, listed: CriteriaFile, name: str) -> str:
    """What is wrong with criteria that name another system, with file, line and field."""
    return yaml_lines.read(path).complaint(("system",), f"is {listed.system!r}, but the system is {name!r}")


def load(path: Path) -> CriteriaFile:
    """Read a criteria file. Raises UsageError that names the file, the line and the field when it is unusable."""
    document = yaml_lines.read(path)
    if not isinstance(document.content, dict):
        raise UsageError(f"{path}:1: expected the fields system, title and criteria")
    try:
        criteria = CriteriaFile.model_validate(document.content)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(document.complaint(first["loc"], first["msg"])) from error
    seen: set[str] = set()
    for index, criterion_id in enumerate(criteria.ids):
        if criterion_id in seen:
            raise UsageError(document.complaint(("criteria", index, "id"), f"{criterion_id} is listed twice"))
        seen.add(criterion_id)
    return criteria

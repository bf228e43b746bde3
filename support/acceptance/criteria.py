"""Reads ``features/<system>/criteria.yaml``: what a system must show before its owner signs it off."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator

from support.outcomes import UsageError
from support.scenarios import CRITERION_ID

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
    criteria: tuple[Criterion, ...]

    @property
    def ids(self) -> list[str]:
        """Every criterion's id, in the order of the file."""
        return [criterion.id for criterion in self.criteria]

    def get(self, criterion_id: str) -> Criterion | None:
        """The criterion of that id; None when the file has none."""
        return next((criterion for criterion in self.criteria if criterion.id == criterion_id), None)


def load(path: Path) -> CriteriaFile:
    """Read a criteria file. Raises UsageError that names the file, the line and the field when it is unusable."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the criteria in {path}: {error}") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(path, root)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UsageError(f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(data, dict):
        raise UsageError(f"{path}: expected the fields system, title and criteria")
    try:
        criteria = CriteriaFile.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{path}:{_line(root, first['loc'])}: {_field(first['loc'])}: {first['msg']}") from error
    _refuse_repeated_ids(path, root, criteria)
    return criteria


def _refuse_repeated_keys(path: Path, node: yaml.Node | None) -> None:
    """YAML lets the later of two equal keys win in silence; a criterion must not vanish that way."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise UsageError(f"{path}:{key.start_mark.line + 1}: {key.value} is given twice")
            seen.add(key.value)
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)


def _refuse_repeated_ids(path: Path, root: yaml.Node | None, criteria: CriteriaFile) -> None:
    if not criteria.criteria:
        raise UsageError(f"{path}: criteria: expected one criterion or more")
    seen: set[str] = set()
    for index, criterion_id in enumerate(criteria.ids):
        if criterion_id in seen:
            raise UsageError(f"{path}:{_line(root, ('criteria', index))}: {criterion_id} is listed twice")
        seen.add(criterion_id)


def _field(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of ``loc`` that the file has."""
    line = 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        else:
            child = None
        if child is None:
            break
        node, line = child, child.start_mark.line + 1
    return line

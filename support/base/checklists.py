"""Reads a hardening checklist: each item names the criteria and scenarios that test it, or who vouches for it.

Only the form is checked here, and a wrong one is a UsageError. Whether an item has a test, whether what it names
exists, and whether a voucher has a reason are promises of the system under test: scenarios judge them, not the reader.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from support.base import yaml_lines
from support.base.outcomes import UsageError
from support.base.scenarios import CRITERION_ID

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[str, StringConstraints(strip_whitespace=True)]


class Item(BaseModel):
    """One item. ``rests_on`` is a file beside the checklist, with ``#heading`` where one part of it is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    section: Words
    text: Words
    criteria: tuple[Annotated[str, StringConstraints(pattern=CRITERION_ID.pattern)], ...] = ()
    scenarios: tuple[Words, ...] = Field(
        (), description="scenarios by their names, where no criterion is only about it"
    )
    vouched_by: Line = Field("", description="the role or name of who answers for what no test can show")
    why_no_test: Line = ""
    rests_on: Line = ""

    @property
    def tested(self) -> bool:
        """Whether it names any test; that does not say that there is one."""
        return bool(self.criteria or self.scenarios)

    @property
    def vouched(self) -> bool:
        """Whether somebody answers for it and says why no test can."""
        return bool(self.vouched_by and self.why_no_test)


class Checklist(BaseModel):
    """All items, in the order in which they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: tuple[Item, ...] = Field(min_length=1)


def load(path: Path) -> tuple[Item, ...]:
    """The items of a checklist. Raises UsageError with file, line and field for each thing that is wrong with it."""
    document = yaml_lines.read(path)
    try:
        items = Checklist.model_validate(document.content).items
    except ValidationError as error:
        raise UsageError("\n".join(yaml_lines.complaints(document, error))) from error
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            raise UsageError(document.complaint(("items", index, "id"), f"{item.id!r} is listed twice"))
        seen.add(item.id)
    return items

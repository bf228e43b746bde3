"""Leads as callers write them: any subset of the fields, each within bounds, and nothing else."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

EMAIL = re.compile(r"[^@\s\x00-\x1f,;<>()]{1,64}@[^@\s\x00-\x1f,;<>()]{1,255}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOST_AT_ONCE = 1_000


def _no_control(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("expected text without control characters")
    return text


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise ValueError("expected an address such as ada@example.com")
    return text


Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(_no_control)]
LongText = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_no_control)]
Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_email)]
Status = Literal["new", "contacted", "qualified", "converted", "lost"]
Scalar = Text | bool | int | float | None


class Fields(BaseModel):
    """Refuses what it does not know, and numbers where text belongs."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LeadData(Fields):
    """What may be said of a lead; all of it is optional."""

    first_name: Text | None = None
    last_name: Text | None = None
    email: Email | None = None
    phone: Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9+()./ x-]*$")] | None = None
    company: Text | None = None
    job_title: Text | None = None
    source: Text | None = None
    status: Status | None = None
    score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    notes: LongText | None = None
    tags: Annotated[list[Text], Field(max_length=50)] | None = None
    custom: Annotated[dict[Text, Scalar], Field(max_length=50)] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The fields that were given, also those that were given as null."""
        return self.model_dump(exclude_unset=True)


class LeadChange(LeadData):
    """A change of one of several leads."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)]

    @property
    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, exclude={"id"})


class NewLeads(Fields):
    """Several leads at once: all of them are stored, or none."""

    leads: Annotated[list[LeadData], Field(min_length=1, max_length=MOST_AT_ONCE)]


class LeadChanges(Fields):
    """Changes of several leads at once: all of them are made, or none."""

    leads: Annotated[list[LeadChange], Field(min_length=1, max_length=MOST_AT_ONCE)]

"""Workflows as callers write them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from automation.leads import Fields, LeadData, LongText, Text

MOST_STEPS = 50
LONGEST_WAIT = 86_400
LONGEST_SCORING = 60

StepName = Annotated[Text, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Require(Fields):
    """Goes on only if the lead has these fields."""

    action: Literal["require"]
    name: StepName = "require"
    fields: Annotated[list[StepName], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _known(self) -> Require:
        for field in self.fields:
            if field not in LeadData.model_fields:
                raise ValueError(f"fields: a lead has no field {field!r}")
        return self


class Update(Fields):
    """Sets fields of the lead."""

    action: Literal["update"]
    name: StepName = "update"
    set: LeadData


class Score(Fields):
    """Scores the lead by what is known of it; ``seconds`` is how long that takes at least."""

    action: Literal["score"]
    name: StepName = "score"
    seconds: Annotated[float, Field(ge=0, le=LONGEST_SCORING, allow_inf_nan=False)] = 0


class Record(Fields):
    """Adds an activity to the lead's history."""

    action: Literal["record"]
    name: StepName = "record"
    text: LongText


class Wait(Fields):
    """Lets time pass, without keeping a worker from other work."""

    action: Literal["wait"]
    name: StepName = "wait"
    seconds: Annotated[float, Field(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)]


class Deliver(Fields):
    """Goes on once the CRM has the lead."""

    action: Literal["deliver"]
    name: StepName = "deliver"


class Enrol(Fields):
    """Adds the lead to a campaign."""

    action: Literal["enrol"]
    name: StepName = "enrol"
    campaign_id: Id


Step = Annotated[Require | Update | Score | Record | Wait | Deliver | Enrol, Field(discriminator="action")]


class Workflow(Fields):
    """What to do, with a lead that is there already (``lead_id``), a new one (``lead``), or none."""

    name: StepName = "workflow"
    lead_id: Id | None = None
    lead: LeadData | None = None
    steps: Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS)] | None = None

    @model_validator(mode="after")
    def _one_lead(self) -> Workflow:
        if self.lead is not None and self.lead_id is not None:
            raise ValueError("lead_id: lead is given too, and a workflow has one lead")
        return self

    @property
    def all_steps(self) -> list[Step]:
        """As given, else a scoring of the lead, if there is one, and a record of it."""
        if self.steps is not None:
            return self.steps
        record = Record(action="record", text=f"{self.name} has run")
        has_lead = self.lead is not None or self.lead_id is not None
        return [Score(action="score"), record] if has_lead else [record]

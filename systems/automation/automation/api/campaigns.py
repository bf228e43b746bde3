"""Routes for campaigns and their metrics."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints, model_validator
from starlette.requests import Request
from starlette.responses import Response

from automation.api import bodies
from automation.api.bodies import Page, PageSize
from automation.api.instance import Instance
from automation.identity.gate import caller_of
from automation.leads import Fields, LongText, Text
from automation.store.database import Row

COUNTED = ("sent", "delivered", "opened", "clicked", "replied", "converted", "bounced", "unsubscribed")
Count = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]


class CampaignData(Fields):
    """A campaign."""

    name: Annotated[Text, StringConstraints(min_length=1)]
    description: LongText | None = None
    channel: Literal["email", "phone", "social", "web", "event"] | None = None
    status: Literal["draft", "active", "paused", "ended"] = "draft"
    budget: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] | None = None


class Counts(Fields):
    """What is to be added to a campaign's counts."""

    sent: Count | None = None
    delivered: Count | None = None
    opened: Count | None = None
    clicked: Count | None = None
    replied: Count | None = None
    converted: Count | None = None
    bounced: Count | None = None
    unsubscribed: Count | None = None

    @model_validator(mode="after")
    def _some(self) -> Counts:
        if not self.given:
            raise ValueError(f"expected at least one of {', '.join(COUNTED)}")
        return self

    @property
    def given(self) -> dict[str, int]:
        """The counts that were given."""
        return self.model_dump(exclude_none=True)


def router(instance: Instance) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/campaigns", tags=["campaigns"])
    campaigns = instance.campaigns
    campaign_body = Depends(bodies.body_of(CampaignData, instance.limits))
    counts_body = Depends(bodies.body_of(Counts, instance.limits))

    @routes.post("", status_code=201, openapi_extra=bodies.documented(CampaignData))
    def create(request: Request, campaign: CampaignData = campaign_body) -> Response:
        caller = caller_of(request)
        made = campaigns.add(caller, campaign.model_dump(exclude_none=True))
        return bodies.answer(told(campaigns.find(caller, made)), 201, {"Location": f"/api/campaigns/{made}"})

    @routes.get("")
    def list_campaigns(request: Request, page: Page = 1, page_size: PageSize = 50) -> Response:
        rows, total = campaigns.page(caller_of(request), page, page_size)
        return bodies.answer(bodies.page_of([told(row) for row in rows], total, page, page_size))

    @routes.get("/{campaign_id}")
    def read(request: Request, campaign_id: str) -> Response:
        return bodies.answer(told(campaigns.find(caller_of(request), campaign_id)))

    @routes.post("/{campaign_id}/metrics", openapi_extra=bodies.documented(Counts))
    def count(request: Request, campaign_id: str, counts: Counts = counts_body) -> dict[str, Any]:
        caller = caller_of(request)
        campaigns.count(caller, campaign_id, counts.given)
        return {"campaign_id": campaign_id, "metrics": campaigns.metrics(caller, campaign_id)}

    @routes.get("/{campaign_id}/metrics")
    def metrics(request: Request, campaign_id: str) -> dict[str, Any]:
        return {"campaign_id": campaign_id, "metrics": campaigns.metrics(caller_of(request), campaign_id)}

    return routes


def told(row: Row) -> dict[str, Any]:
    """A campaign as callers see it."""
    return {
        "id": row["id"],
        **orjson.loads(row["document"]),
        "owner": row["owner"],
        "created_at": bodies.at(row["created_at"]),
        "updated_at": bodies.at(row["updated_at"]),
    }

"""Routes for leads."""

from __future__ import annotations

from typing import Any

import orjson
from chassis.problems import Problem
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from automation.api import bodies
from automation.api.bodies import Filter, Page, PageSize
from automation.api.instance import Instance
from automation.identity.gate import caller_of
from automation.leads import LeadChanges, LeadData, NewLeads
from automation.store import idempotency
from automation.store.database import Row
from automation.store.leads import Query, changes_of

CREATED = 201


def router(instance: Instance) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/leads", tags=["leads"])
    leads, limits = instance.leads, instance.limits
    lead_body = Depends(bodies.body_of(LeadData, limits))

    def told(row: Row) -> dict[str, Any]:
        return lead_told(row, instance.settings.crm.active)

    @routes.post("", status_code=CREATED, openapi_extra=bodies.documented(LeadData))
    def create(request: Request, lead: LeadData = lead_body) -> Response:
        caller, key, digest = caller_of(request), bodies.idempotency_key(request), bodies.digest_of(lead)
        with instance.store.writing() as transaction:
            found = idempotency.earlier(transaction, "lead", caller, key, digest)
            if found is None:
                (made,) = leads.add_in(transaction, caller.tenant, caller.username, [lead])
                idempotency.keep(transaction, "lead", caller, key, digest, made)
        lead_id = found or made
        return bodies.answer(told(leads.find(caller, lead_id)), CREATED, {"Location": f"/api/leads/{lead_id}"})

    @routes.get("")
    def list_leads(
        request: Request,
        page: Page = 1,
        page_size: PageSize = 50,
        email: Filter = None,
        status: Filter = None,
        source: Filter = None,
        company: Filter = None,
        owner: Filter = None,
        q: Filter = None,
    ) -> Response:
        given = {"email": email, "status": status, "source": source, "company": company, "owner": owner}
        query = Query({name: value for name, value in given.items() if value is not None}, q, page, page_size)
        rows, total = leads.page(caller_of(request), query)
        return bodies.answer(bodies.page_of([told(row) for row in rows], total, page, page_size))

    add_bulk(routes, instance)

    @routes.get("/{lead_id}")
    async def read(request: Request, lead_id: str) -> Response:
        # Without a thread: it reads a row by its key, which waits for nobody.
        return bodies.answer(told(leads.find(caller_of(request), lead_id)))

    @routes.put("/{lead_id}", openapi_extra=bodies.documented(LeadData))
    def change(request: Request, lead_id: str, lead: LeadData = lead_body) -> Response:
        caller = caller_of(request)
        leads.change(caller, [(lead_id, lead)])
        return bodies.answer(told(leads.find(caller, lead_id)))

    @routes.get("/{lead_id}/activities")
    def activities(request: Request, lead_id: str) -> dict[str, Any]:
        rows = leads.activities(caller_of(request), lead_id)
        found = [
            {"text": row["text"], "workflow_id": row["run"], "step": row["step"], "at": bodies.at(row["at"])}
            for row in rows
        ]
        return {"activities": found}

    @routes.post("/{lead_id}/deliver", status_code=202)
    def deliver(request: Request, lead_id: str) -> Response:
        if not instance.settings.crm.active:
            raise Problem("crm-not-configured", 409, "crm.api_base_url is missing: there is no CRM to deliver to")
        caller = caller_of(request)
        leads.deliver(caller, lead_id)
        return bodies.answer(told(leads.find(caller, lead_id)), 202)

    return routes


def add_bulk(routes: APIRouter, instance: Instance) -> None:
    """Several leads at once."""
    new_leads_body = Depends(bodies.body_of(NewLeads, instance.limits))
    changes_body = Depends(bodies.body_of(LeadChanges, instance.limits))

    @routes.post("/bulk", status_code=CREATED, openapi_extra=bodies.documented(NewLeads))
    def create_several(request: Request, given: NewLeads = new_leads_body) -> dict[str, Any]:
        ids = instance.leads.add(caller_of(request), given.leads)
        return {"created": len(ids), "ids": ids}

    @routes.put("/bulk", openapi_extra=bodies.documented(LeadChanges))
    def change_several(request: Request, given: LeadChanges = changes_body) -> dict[str, Any]:
        instance.leads.change(caller_of(request), changes_of(given.leads))
        return {"changed": len(given.leads)}


def lead_told(row: Row, active: bool) -> dict[str, Any]:
    """A lead as callers see it, with how far its delivery has come."""
    crm: dict[str, Any] = {"state": row["crm_state"] or ("not queued" if active else "not configured")}
    if row["crm_state"] is not None:
        crm |= {"attempts": row["crm_attempts"], "error": row["crm_error"], "crm_id": row["crm_id"]}
        crm["delivered_at"] = bodies.at(row["delivered_at"])
    elif not active:
        crm["error"] = "crm.api_base_url is not set"
    return {
        "id": row["id"],
        **orjson.loads(row["document"]),
        "owner": row["owner"],
        "tenant": row["tenant"],
        "created_at": bodies.at(row["created_at"]),
        "updated_at": bodies.at(row["updated_at"]),
        "crm": crm,
    }

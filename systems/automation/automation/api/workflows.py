"""Routes for workflows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from automation.api import bodies
from automation.api.bodies import Page, PageSize
from automation.api.instance import Instance
from automation.identity.gate import caller_of
from automation.store import runs
from automation.store.database import Row
from automation.workflows.model import Workflow

ACCEPTED = 202
RunStatus = Literal["queued", "running", "waiting", "retrying", "completed", "failed"]


def router(instance: Instance) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/workflows", tags=["workflows"])
    workflow_body = Depends(bodies.body_of(Workflow, instance.limits))

    @routes.post("", status_code=ACCEPTED, openapi_extra=bodies.documented(Workflow))
    @routes.post("/trigger", status_code=ACCEPTED, openapi_extra=bodies.documented(Workflow))
    def start(request: Request, workflow: Workflow = workflow_body) -> Response:
        caller, key = caller_of(request), bodies.idempotency_key(request)
        run, new = instance.runs.start(caller, workflow, key, bodies.digest_of(workflow))
        headers = {"Location": f"/api/workflows/{run}/status"} | ({} if new else {"Idempotent-Replayed": "true"})
        return bodies.answer(brief(instance.runs.find(caller, run)), ACCEPTED, headers)

    @routes.get("")
    def list_runs(
        request: Request,
        page: Page = 1,
        page_size: PageSize = 50,
        status: Annotated[RunStatus | None, Query()] = None,
    ) -> Response:
        rows, total = instance.runs.page(caller_of(request), status, page, page_size)
        return bodies.answer(bodies.page_of([brief(row) for row in rows], total, page, page_size))

    @routes.get("/{workflow_id}/status")
    async def status(request: Request, workflow_id: str) -> Response:
        # Without a thread: it reads rows by their keys, which waits for nobody.
        run = instance.runs.find(caller_of(request), workflow_id)
        steps = instance.runs.steps(workflow_id)
        activities = instance.runs.activities(workflow_id)
        return bodies.answer(detailed(run, steps, activities))

    return routes


def brief(run: Row) -> dict[str, Any]:
    """A run as lists show it."""
    return {
        "workflow_id": run["id"],
        "name": run["name"],
        "status": run["status"],
        "lead_id": run["lead"],
        "owner": run["owner"],
        "error": run["error"],
        "created_at": bodies.at(run["created_at"]),
        "updated_at": bodies.at(run["updated_at"]),
    }


def detailed(run: Row, steps: list[Row], activities: list[Row]) -> dict[str, Any]:
    """A run with its steps, the one that it is at, and what it has recorded."""
    told = [step_told(step) for step in steps]
    at = min(run["step"], len(told) - 1)
    step = None if run["status"] == runs.COMPLETED else told[at]
    recorded = [{"step": row["step"], "text": row["text"], "at": bodies.at(row["at"])} for row in activities]
    return {**brief(run), "step": step, "steps": told, "activities": recorded}


def step_told(step: Row) -> dict[str, Any]:
    """A step: since when it is being done, how often it was tried, and why it failed."""
    return {
        "number": step["step"] + 1,
        "name": step["name"],
        "action": step["action"],
        "parameters": orjson.loads(step["parameters"]),
        "status": step["status"],
        "since": bodies.at(step["since"]),
        "attempts": step["attempts"],
        "finished_at": bodies.at(step["finished_at"]),
        "error": step["error"],
        "result": step["result"],
    }

"""Routes for webhooks."""

from __future__ import annotations

from typing import Any

from chassis import bodies
from chassis.bodies import Limits
from chassis.problems import Problem
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from sidecar.gateway import shapes
from sidecar.gateway.gate import Caller, permitted
from sidecar.gateway.instance import Instance
from sidecar.gateway.routes import answered
from sidecar.settings import READ, WRITE
from sidecar.webhooks import addresses, model
from sidecar.webhooks.addresses import AddressRefused
from sidecar.webhooks.model import NewWebhook

MOST = 50
"""Webhooks of a tenant."""


def router(instance: Instance) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
    add_creation(routes, instance)
    reader, writer = Depends(permitted(instance.gate, READ)), Depends(permitted(instance.gate, WRITE))

    @routes.get("", operation_id="listWebhooks", responses=shapes.WEBHOOK_LIST)
    async def list_webhooks(request: Request, caller: Caller = reader) -> Response:
        """The tenant's webhooks, without their secrets."""
        items = await instance.in_store(model.of_tenant, instance.store, caller.tenant)
        await instance.audited(caller, "list webhooks", "done", "-", request.scope.get("request_id"))
        return answered({"webhooks": [model.shown(item) for item in items]})

    @routes.delete(
        "/{webhook_id}",
        status_code=204,
        operation_id="deleteWebhook",
        responses=shapes.WEBHOOK_DELETED,
        response_class=Response,
    )
    async def delete_webhook(request: Request, webhook_id: str, caller: Caller = writer) -> Response:
        """Stop calling a webhook."""
        usable = model.USABLE_ID.fullmatch(webhook_id) is not None
        gone = usable and await instance.in_store(model.delete, instance.store, caller.tenant, webhook_id)
        outcome = "done" if gone else "refused: not found"
        await instance.audited(caller, "delete webhook", outcome, webhook_id, request.scope.get("request_id"))
        if not gone:
            raise Problem("not-found", 404, "there is no such webhook")
        return Response(status_code=204)

    return routes


def add_creation(routes: APIRouter, instance: Instance) -> None:
    """Registering a webhook."""
    writer = Depends(permitted(instance.gate, WRITE))
    read = bodies.body_of(NewWebhook, Limits(size=65_536))

    async def body(request: Request, caller: Caller = writer) -> NewWebhook:
        try:
            return await read(request)
        except Problem as problem:
            instance.gate.note(request.scope, caller, f"refused: {problem.slug}")
            raise

    wanted_body = Depends(body)
    schema: dict[str, Any] = shapes.body(shapes.flat(NewWebhook.model_json_schema()))

    @routes.post("", status_code=201, operation_id="createWebhook", responses=shapes.WEBHOOK_MADE, openapi_extra=schema)
    async def create_webhook(request: Request, caller: Caller = writer, wanted: NewWebhook = wanted_body) -> Response:
        """Have an address called when a trace ends. The secret that calls are signed with is shown only here."""
        request_id = request.scope.get("request_id")
        host = addresses.host_of(wanted.url)
        try:
            await addresses.check(wanted.url, instance.settings.sidecar_webhook_allowed_networks)
        except AddressRefused as refusal:
            await instance.audited(caller, "create webhook", f"refused: {refusal}", host, request_id)
            raise bodies.invalid("url", str(refusal)) from None
        known = await instance.in_store(model.of_tenant, instance.store, caller.tenant)
        if len(known) >= MOST:
            await instance.audited(caller, "create webhook", "refused: too many", host, request_id)
            raise Problem("too-many-webhooks", 409, f"there are {MOST} webhooks already; delete one first")
        item = model.record_of(wanted, caller.tenant)
        await instance.in_store(instance.store.create, item)
        await instance.audited(caller, "create webhook", "done", model.id_of(item), request_id)
        return answered({**model.shown(item), "secret": item["secret"]}, 201)

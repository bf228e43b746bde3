"""Routes for traces and graphs, and those for operators."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from chassis.problems import Problem
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from sidecar.gateway import shapes
from sidecar.gateway.chat import ChatRoute
from sidecar.gateway.gate import Caller, permitted
from sidecar.gateway.instance import Instance
from sidecar.settings import READ, WRITE
from sidecar.status import rules, traces
from sidecar.status.store import Item, key_of

HELD_SECONDS = 10.0
"""Longest wait for a trace that the interceptor has, and the store has not yet."""


def router(instance: Instance) -> APIRouter:
    """The routes of the API."""
    routes = APIRouter(prefix="/v1")
    add_chat(routes, instance)
    add_traces(routes, instance)
    return routes


def add_chat(routes: APIRouter, instance: Instance) -> None:
    """Chats."""
    chats = ChatRoute(instance)
    writer = Depends(permitted(instance.gate, WRITE))

    @routes.post(
        "/chat/completions",
        operation_id="createChatCompletion",
        tags=["chat"],
        responses=shapes.CHAT,
        openapi_extra=shapes.CHAT_REQUEST,
        response_class=Response,
    )
    async def create_chat_completion(request: Request, caller: Caller = writer) -> Response:
        """Chat; with `x-explain-mode: hypergraph` the answer is explained beside, and `x-trace-id` names the trace."""
        return await chats.answer(request, caller)


def add_traces(routes: APIRouter, instance: Instance) -> None:
    """Traces and their graphs."""
    reader, writer = Depends(permitted(instance.gate, READ)), Depends(permitted(instance.gate, WRITE))

    @routes.get("/traces/{trace_id}", operation_id="getTrace", tags=["traces"], responses=shapes.TRACE)
    async def get_trace(request: Request, trace_id: str, caller: Caller = reader) -> Response:
        """The status of a trace."""
        item = await found(instance, request, caller, trace_id, "read trace")
        instance.metrics.reads.labels("status").inc()
        await instance.audited(caller, "read trace", "done", trace_id, request.scope.get("request_id"))
        return answered(traces.shown(item))

    @routes.get("/traces/{trace_id}/graph", operation_id="getGraph", tags=["traces"], responses=shapes.GRAPH)
    async def get_graph(request: Request, trace_id: str, caller: Caller = reader) -> Response:
        """The graph of a complete trace."""
        item = await found(instance, request, caller, trace_id, "read graph")
        request_id = request.scope.get("request_id")
        if item["status"] != rules.COMPLETE:
            await instance.audited(caller, "read graph", f"refused: {item['status']}", trace_id, request_id)
            raise not_complete(item)
        graph = await instance.in_store(instance.blobs.get, item["graph"])
        instance.metrics.reads.labels("graph").inc()
        await instance.audited(caller, "read graph", "done", trace_id, request_id)
        return Response(graph, media_type="application/json")

    @routes.post("/traces/{trace_id}/cancel", operation_id="cancelTrace", tags=["traces"], responses=shapes.CANCELLED)
    async def cancel_trace(request: Request, trace_id: str, caller: Caller = writer) -> Response:
        """Stop a trace that has not ended."""
        item = await found(instance, request, caller, trace_id, "cancel trace", stored=True)
        request_id = request.scope.get("request_id")
        cancelled = await instance.in_store(traces.cancel, instance.store, item["key"], f"cancelled by {caller.name}")
        if cancelled is not None:
            instance.metrics.traces.labels(rules.CANCELLED).inc()
        else:
            cancelled = await found(instance, request, caller, trace_id, "cancel trace", stored=True)
        if cancelled["status"] != rules.CANCELLED:
            await instance.audited(caller, "cancel trace", f"refused: {cancelled['status']}", trace_id, request_id)
            raise Problem(
                "trace-ended", 409, f"the trace is {cancelled['status']}", extras={"trace_status": cancelled["status"]}
            )
        await instance.audited(caller, "cancel trace", "done", trace_id, request_id)
        return answered(traces.shown(cancelled))


async def found(
    instance: Instance, request: Request, caller: Caller, trace_id: str, what: str, stored: bool = False
) -> Item:
    """A trace of the caller's tenant; with ``stored`` as the store has it. Raises Problem 404, 503."""
    key = key_of(traces.KIND, caller.tenant, trace_id)
    item: Item | None = None
    if traces.USABLE_ID.fullmatch(trace_id):
        held = instance.interceptor.find(key)
        item = await instance.in_store(instance.store.get, key)
        waits = HELD_SECONDS if stored and held is not None else 0.0
        while item is None and waits > 0:
            await asyncio.sleep(0.02)
            waits -= 0.02
            item = await instance.in_store(instance.store.get, key)
        if item is None and not stored:
            item = held or instance.interceptor.find(key)
        if item is None and stored and instance.interceptor.find(key) is not None:
            raise Problem("store-unavailable", 503, "the trace is not stored yet", headers={"Retry-After": "1"})
    if item is None:
        await instance.audited(caller, what, "refused: not found", trace_id, request.scope.get("request_id"))
        raise Problem("not-found", 404, "there is no such trace")
    return item


def not_complete(item: Item) -> Problem:
    """The refusal of a graph that is not there, or not yet."""
    soon = {"Retry-After": "1"} if item["status"] not in rules.ENDED else {}
    status = item["status"]
    return Problem("trace-not-complete", 409, f"the trace is {status}", extras={"trace_status": status}, headers=soon)


def answered(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, media_type="application/json")


def operations(instance: Instance) -> APIRouter:
    """Routes outside the API's version, which it does not describe."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/health")
    async def health() -> Response:
        return answered(instance.report())

    @routes.get("/metrics")
    async def metrics() -> Response:
        if not instance.settings.enable_otel:
            raise Problem("not-found", 404, "metrics are not exposed; ENABLE_OTEL=1 does that")
        return instance.metrics.exposition()

    return routes

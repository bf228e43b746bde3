"""Routes that decide: route, dispatch, and the decisions made, which anyone may verify."""

import asyncio
from typing import Annotated, Any

import anyio.to_thread
import orjson
from chassis import bodies, gate
from chassis.auth import Caller
from chassis.batch_handler import BatchHandler, Reply
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from caio import proofs
from caio.api import answers, document
from caio.api.bodies import LIMITS, DispatchBody, RouteBody, VerifyBody
from caio.api.instance import Instance
from caio.api.metrics import ANSWERED
from caio.decision import RoutingDecision
from caio.dispatch.answers import Ask, Dispatched
from caio.errors import CaioError, DecisionNotFound, FieldError, InvalidRequest
from caio.store.database import StoreUnavailable

EVERYONE = ("admin", "user", "service")

DIRECT = ("/api/v1/route", "/api/v1/dispatch")
"""Paths of the routes that take nothing but the request itself; they take the fast path of chassis.fast_path."""


def router(instance: Instance) -> APIRouter:
    """The routes of one instance."""
    routes = APIRouter(tags=["decisions"])
    may_ask = gate.permit(instance.gate, EVERYONE, "ask for services")
    reads = Annotated[Caller, Depends(gate.permit(instance.gate, EVERYONE, "read decisions"))]
    to_route, to_dispatch = bodies.body_of(RouteBody, LIMITS), bodies.body_of(DispatchBody, LIMITS)
    Claimed = Annotated[VerifyBody, Depends(bodies.body_of(VerifyBody, LIMITS))]

    @routes.post(
        "/api/v1/route", openapi_extra=bodies.documented(RouteBody), responses=document.answers(document.DECISION)
    )
    async def route(request: Request) -> Response:
        """Decide which service fits a request, without calling it."""
        may_ask(request)
        body = await to_route(request)
        await instance.refresh()
        instance.board.half_open_rested()
        return answers.Json(await instance.keep(decide(instance, body)))

    @routes.post(
        "/api/v1/dispatch",
        openapi_extra=bodies.documented(DispatchBody),
        responses=document.answers(document.DISPATCHED) | answers.refusals(502, 504),
    )
    async def dispatch(request: Request) -> Response:
        """Decide, call the chosen service, and on failure the next, within the deadline."""
        may_ask(request)
        body = await to_dispatch(request)
        await instance.refresh()
        instance.board.half_open_rested()
        return answers.Json(orjson.dumps(shown(await called(instance, ask_of(body, request)))))

    @routes.get("/api/v1/decisions/{decision_id}", responses=document.answers(document.DECISION))
    async def decision(decision_id: str, caller: reads) -> Response:
        """A decision made earlier, with its proofs and trace."""
        found = await asyncio.wrap_future(instance.records.decision(decision_id))
        if found is None:
            raise DecisionNotFound(f"no decision {decision_id!r} is known")
        return Response(found, media_type="application/json")

    @routes.get("/api/v1/decisions", responses=document.answers(document.DECISIONS))
    async def decisions(caller: reads, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> Response:
        """The latest decisions, newest first."""
        return answers.json({"items": await asyncio.wrap_future(instance.records.decisions(limit))})

    @routes.post(
        "/api/v1/decisions/verify",
        openapi_extra=bodies.documented(VerifyBody),
        responses=document.answers(document.VERIFIED),
    )
    async def verify(caller: reads, body: Claimed) -> Response:
        """Check a decision against contracts: those sent, else those registered."""
        await instance.refresh()
        problems = await anyio.to_thread.run_sync(problems_of, instance, body)
        return answers.json({"valid": not problems, "problems": problems})

    @routes.get("/api/v1/keys", responses=document.answers(document.KEYS))
    async def keys(caller: reads) -> Response:
        """The public keys that verify decisions."""
        return answers.json({"keys": [instance.orchestrator.signer.to_dict()]})

    return routes


def batch_route(instance: Instance) -> BatchHandler:
    """The route that decides, for chassis.fast_path, as long as nothing has to be taken over from others before."""
    may_ask = gate.permit(instance.gate, EVERYONE, "ask for services")

    def read(request: Request) -> RouteBody:
        may_ask(request)
        return bodies.on_fast_path(RouteBody, LIMITS, request)

    def decided(body: RouteBody) -> RoutingDecision:
        instance.board.half_open_rested()
        return decide(instance, body)

    def end(decision: RoutingDecision, reply: Reply) -> None:
        def kept(stored: bytes | StoreUnavailable) -> None:
            reply(answers.Json(stored) if isinstance(stored, bytes) else stored)

        instance.keep_soon(decision, kept)

    return BatchHandler(instance.is_current, (read, decided), end)


def decide(instance: Instance, body: RouteBody) -> RoutingDecision:
    """Route one request, and count it if nobody may serve it."""
    try:
        return instance.orchestrator.route_request(body.request(), body.policies, body.history, body.seed)
    except CaioError as error:
        instance.metrics.undecided(error.problem)
        raise


async def called(instance: Instance, ask: Ask) -> Dispatched:
    """Dispatch one request, and count how it ended."""
    try:
        done = await instance.dispatcher.dispatch(ask)
    except CaioError as error:
        instance.metrics.dispatched(error.problem)
        if not instance.dispatcher.was_decided(error):
            instance.metrics.undecided(error.problem)
        raise
    instance.metrics.dispatched(ANSWERED)
    return done


def ask_of(body: DispatchBody, request: Request) -> Ask:
    """What the dispatcher needs to know."""
    return Ask(
        body.request(),
        body.policies,
        body.history,
        body.seed,
        body.input,
        body.deadline_ms,
        request.scope.get("request_id"),
    )


def shown(done: Dispatched) -> dict[str, Any]:
    """A dispatch as the caller sees it."""
    return {
        "decision": orjson.Fragment(done.decision),
        "service_id": done.service_id,
        "output": done.output,
        "attempts": done.attempts,
    }


def problems_of(instance: Instance, body: VerifyBody) -> list[str]:
    """What is wrong with a decision."""
    contracts: list[Any]
    if body.contracts is None:
        contracts = [entry.contract for entry in instance.orchestrator.services()]
    else:
        contracts = [as_source(contract) for contract in body.contracts]
    return proofs.verify(body.decision, contracts, instance.orchestrator.public_key)


def as_source(contract: str | dict[str, Any]) -> bytes | dict[str, Any]:
    """A contract as sent; text becomes bytes, which are never taken for the name of a file."""
    if isinstance(contract, dict):
        return contract
    try:
        return contract.encode()
    except UnicodeEncodeError:
        raise InvalidRequest.at(FieldError("contracts", "holds text that is not Unicode")) from None

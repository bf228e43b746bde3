"""``python -m backends.crm``: a small CRM that keeps leads, one for each idempotency key, and counts what comes twice.

``PUT /admin/behaviour`` makes it misbehave until it is told otherwise; see ``Behaviour``.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from backends import serving
from backends.service import Unusable, read_body

NUMBERS = ("times", "status", "delay_seconds", "keep_delay_seconds", "retry_after_seconds")


@dataclass(slots=True)
class Behaviour:
    """How the next ``times`` deliveries are answered (-1: all of them), instead of properly.

    ``status`` other than 0 is answered and the lead not kept, unless ``keep``. ``delay_seconds`` is how long each waits
    before anything is done, ``keep_delay_seconds`` between keeping and answering. ``retry_after_seconds`` sets
    Retry-After, as a date with ``retry_after_date``. ``half`` ends the connection in the middle of the answer.
    """

    times: int = 0
    status: int = 0
    keep: bool = False
    delay_seconds: float = 0.0
    keep_delay_seconds: float = 0.0
    retry_after_seconds: float = 0.0
    retry_after_date: bool = False
    half: bool = False


@dataclass(slots=True)
class Crm:
    """What it keeps, and what it has counted."""

    name: str
    leads: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    repeated: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)

    def keep(self, key: str, lead: dict[str, Any]) -> tuple[str, bool]:
        """Keep a lead, once for each key; gives its id, and whether it is new."""
        known = self.by_key.get(key)
        if known is not None:
            self.repeated += 1
            return known, False
        made = uuid.uuid4().hex
        self.by_key[key] = made
        self.leads[made] = {"id": made, "key": key, "kept_at": time.time(), **lead}
        return made, True

    def doubles(self) -> int:
        """Leads that are kept more than once, by the id that the sender knows them by."""
        named = [lead["external_id"] for lead in self.leads.values() if lead.get("external_id")]
        return len(named) - len(set(named))

    def next_behaviour(self) -> Behaviour | None:
        """How to treat this delivery; None for properly."""
        if self.behaviour.times == 0:
            return None
        if self.behaviour.times > 0:
            self.behaviour.times -= 1
        return self.behaviour

    def stats(self) -> dict[str, Any]:
        """What it has counted."""
        return {
            "leads": len(self.leads),
            "attempts": len(self.attempts),
            "repeated": self.repeated,
            "doubles": self.doubles(),
        }


def behaviour_of(body: dict[str, Any]) -> Behaviour:
    """Read a behaviour; without ``times`` it is for all deliveries. Raises Unusable."""
    for name, value in body.items():
        if name not in Behaviour.__dataclass_fields__:
            raise Unusable(f"{name}: not a field; there are {', '.join(Behaviour.__dataclass_fields__)}")
        if name in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise Unusable(f"{name}: expected a number")
        if name not in NUMBERS and not isinstance(value, bool):
            raise Unusable(f"{name}: expected true or false")
    return Behaviour(**{"times": -1, **body})


class HalfAnswer(Response):
    """Announces more than it sends, and ends the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
        raise ConnectionAbortedError("half an answer, as asked for")


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, headers=headers, media_type="application/json")


async def deliver(crm: Crm, key: str, lead: dict[str, Any]) -> Response:
    """Take one delivery, as the present behaviour has it."""
    crm.attempts.append({"key": key, "external_id": lead.get("external_id"), "at": time.time()})
    behaviour = crm.next_behaviour()
    if behaviour is None:
        made, new = crm.keep(key, lead)
        return answer({"id": made, "served_by": crm.name}, 201 if new else 200)
    await asyncio.sleep(behaviour.delay_seconds)
    headers = {}
    if behaviour.retry_after_seconds:
        seconds = behaviour.retry_after_seconds
        date = formatdate(time.time() + seconds, usegmt=True)
        headers["Retry-After"] = date if behaviour.retry_after_date else f"{seconds:g}"
    if behaviour.status and not behaviour.keep:
        return answer({"detail": "out of order, as asked for"}, behaviour.status, headers)
    made, new = crm.keep(key, lead)
    await asyncio.sleep(behaviour.keep_delay_seconds)
    status = behaviour.status or (201 if new else 200)
    if behaviour.half:
        return HalfAnswer(orjson.dumps({"id": made, "served_by": crm.name}), status)
    return answer({"id": made, "served_by": crm.name}, status, headers)


def create_app(name: str) -> Starlette:
    """A CRM under this name."""
    crm = Crm(name)

    async def create(request: Request) -> Response:
        key = request.headers.get("idempotency-key") or uuid.uuid4().hex
        try:
            return await deliver(crm, key, await read_body(request))
        except Unusable as problem:
            return answer({"detail": str(problem)}, 422)

    async def list_leads(_request: Request) -> Response:
        return answer({"leads": list(crm.leads.values())})

    async def read(request: Request) -> Response:
        lead = crm.leads.get(request.path_params["id"])
        return answer(lead) if lead is not None else answer({"detail": "no such lead"}, 404)

    async def health(_request: Request) -> Response:
        return answer({"status": "healthy", "name": name})

    return Starlette(
        routes=[
            Route("/api/leads", create, methods=["POST"]),
            Route("/api/leads", list_leads),
            Route("/api/leads/{id}", read),
            *admin_routes(crm),
            Route("/health", health),
        ]
    )


def admin_routes(crm: Crm) -> list[Route]:
    """What makes it misbehave, and tells what it has counted."""

    async def behave(request: Request) -> Response:
        try:
            crm.behaviour = behaviour_of(await read_body(request))
        except Unusable as problem:
            return answer({"detail": str(problem)}, 422)
        return answer({"behaviour": crm.behaviour})

    async def recover(_request: Request) -> Response:
        crm.behaviour = Behaviour()
        return answer({"behaviour": crm.behaviour})

    async def stats(_request: Request) -> Response:
        return answer(crm.stats())

    async def attempts(_request: Request) -> Response:
        return answer({"attempts": crm.attempts})

    return [
        Route("/admin/behaviour", behave, methods=["PUT"]),
        Route("/admin/behaviour", recover, methods=["DELETE"]),
        Route("/admin/stats", stats),
        Route("/admin/attempts", attempts),
    ]


if __name__ == "__main__":
    serving.serve("backends.crm", "Run one small CRM.", create_app, "crm")

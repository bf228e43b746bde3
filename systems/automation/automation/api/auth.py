"""Routes for log-ins, for who the caller is, and for API keys."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
import anyio.to_thread
from chassis.problems import Problem
from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from automation.api import bodies
from automation.api.instance import Instance
from automation.identity import gate
from automation.identity.keys import masked
from automation.identity.users import TooManyAttempts
from automation.leads import Fields, Text

PASSWORDS_AT_ONCE = 2
"""Checks of passwords that run at the same time; each takes 19 MiB and a core for some 20 ms."""


class Login(Fields):
    """Who logs in."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024, strip_whitespace=False)]


class KeyName(Fields):
    """What a new key is for."""

    name: Annotated[Text, Field(min_length=1)] = "key"


def router(instance: Instance) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/auth", tags=["auth"])
    users, tokens = instance.users, instance.tokens
    at_once: list[anyio.CapacityLimiter] = []
    login_body = Depends(bodies.body_of(Login, instance.limits))

    @routes.post("/login", openapi_extra=bodies.documented(Login))
    async def log_in(request: Request, login: Login = login_body) -> Response:
        address = instance.gate.address_of(request.scope)
        if not at_once:
            at_once.append(anyio.CapacityLimiter(PASSWORDS_AT_ONCE))
        try:
            caller = await anyio.to_thread.run_sync(
                users.log_in, login.username, login.password, address, limiter=at_once[0]
            )
        except TooManyAttempts as refusal:
            instance.audit.record(login.username, "log in", "refused: too many attempts", address)
            return bodies.answer(
                {"detail": str(refusal), "retry_after": refusal.seconds}, 429, {"Retry-After": str(refusal.seconds)}
            )
        if caller is None:
            instance.metrics.refused("unknown")
            instance.audit.record(login.username, "log in", "refused: wrong user name or password", address)
            raise Problem("unauthenticated", 401, "wrong user name or password", headers=dict(gate.CHALLENGE))
        instance.audit.record(caller.username, "log in", "done", address)
        issued = tokens.issue(caller.username, caller.role)
        told = {"username": caller.username, "role": caller.role, "tenant": caller.tenant}
        return bodies.answer(
            {"access_token": issued.token, "token_type": "bearer", "expires_in": issued.seconds, "user": told}
        )

    @routes.get("/me")
    async def me(request: Request) -> dict[str, Any]:
        caller = gate.caller_of(request)
        return {
            "username": caller.username,
            "role": caller.role,
            "tenant": caller.tenant,
            "authenticated_by": caller.by,
        }

    add_keys(routes, instance)
    return routes


def add_keys(routes: APIRouter, instance: Instance) -> None:
    """API keys of the caller."""
    users, keys = instance.users, instance.keys
    key_body = Depends(bodies.body_of(KeyName, instance.limits))

    @routes.get("/keys")
    def list_keys(request: Request) -> dict[str, Any]:
        rows = keys.of(gate.caller_of(request).username)
        found = [
            {"id": row["id"], "name": row["name"], "key": masked(row), "created_at": bodies.at(row["created_at"])}
            for row in rows
        ]
        return {"keys": found}

    @routes.post("/keys", status_code=201, openapi_extra=bodies.documented(KeyName))
    def make_key(request: Request, wanted: KeyName = key_body) -> dict[str, Any]:
        caller = gate.caller_of(request)
        if users.find(caller.username) is None:
            raise Problem("forbidden", 403, "only users have API keys; log in first")
        made = keys.make(caller.username, wanted.name)
        if made is None:
            raise Problem("too-many-keys", 409, "there are too many API keys; revoke one first")
        instance.audit.record(caller.username, "make an API key", "done", made.id)
        return {"id": made.id, "name": wanted.name, "key": made.key}

    @routes.delete("/keys/{key_id}", status_code=204)
    def revoke_key(request: Request, key_id: str) -> None:
        caller = gate.caller_of(request)
        if not keys.revoke(caller.username, key_id):
            raise bodies.not_found(f"there is no API key {key_id[:64]!r}")
        instance.audit.record(caller.username, "revoke an API key", "done", key_id)

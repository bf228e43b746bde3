"""The gate before the API: who calls, whether too often, and whether their role may do what they ask."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from chassis import headers, problems
from chassis.audit import AuditLog
from chassis.auth import TokenRefused as HeaderRefused
from chassis.auth import bearer_token
from chassis.metrics import HttpMetrics
from chassis.problems import Problem
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from automation.identity.keys import ApiKeys
from automation.identity.limits import SharedLimiter
from automation.identity.tokens import TokenRefused, Tokens
from automation.identity.users import ADMIN, DEFAULT_TENANT, Caller, Users

NAMESPACE = "automation"

PUBLIC = frozenset({"/health", "/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"})
"""Open to all and never limited: balancers and browsers ask here."""

LOGIN = "/api/auth/login"
"""Open to all, but limited."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}
TOO_MANY = "Rate limit exceeded. Try again later."


class AddressOf:
    """The address that a request came from: a proxy's own header counts only where the proxy is trusted."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusted = [ipaddress.ip_network(entry) for entry in trusted]

    def __call__(self, scope: Scope) -> str:
        client = scope.get("client")
        address = str(client[0]) if client else "unknown"
        if not self._trusted or not self._trusts(address):
            return address
        told = ",".join(headers.values(scope, b"x-forwarded-for")).split(",")
        for hop in (part.strip() for part in reversed(told)):
            try:
                ipaddress.ip_address(hop)
            except ValueError:
                break
            address = hop
            if not self._trusts(hop):
                break
        return address

    def _trusts(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)


@dataclass(slots=True)
class Gate:
    """What the gate decides by."""

    required: bool
    users: Users
    tokens: Tokens
    keys: ApiKeys
    limiter: SharedLimiter
    audit: AuditLog
    metrics: HttpMetrics
    address_of: AddressOf

    def identify(self, scope: Scope) -> Caller:
        """Who calls. Raises TokenRefused; where authentication is off an unknown caller may do everything."""
        try:
            return self._known(scope)
        except TokenRefused:
            if self.required:
                raise
        return Caller(f"anonymous@{self.address_of(scope)}", ADMIN, DEFAULT_TENANT, "nothing")

    def _known(self, scope: Scope) -> Caller:
        shown = headers.values(scope, b"x-api-key")
        if len(shown) > 1:
            raise TokenRefused("malformed", "more than one x-api-key header was sent")
        if shown:
            username, by = self.keys.owner(shown[0]), "api key"
            if username is None:
                raise TokenRefused("unknown", "the API key is not known here")
        else:
            try:
                token = bearer_token(headers.values(scope, b"authorization"))
            except HeaderRefused as refusal:
                message = "a bearer token or an x-api-key is needed" if refusal.reason == "missing" else str(refusal)
                raise TokenRefused(refusal.reason, message) from None
            username, by = self.tokens.subject(token), "token"
        caller = self.users.caller(username, by)
        if caller is None:
            raise TokenRefused("unknown", "the user does not exist or is disabled")
        return caller

    def admit(self, scope: Scope) -> Response | None:
        """Let a caller in, or give the answer that refuses it (401, 429)."""
        address = self.address_of(scope)
        if scope["path"] == LOGIN:
            return self.limited(scope, f"address {address}")
        try:
            caller = scope["caller"] = self.identify(scope)
        except TokenRefused as refusal:
            limited = self.limited(scope, f"address {address}")
            if limited is not None:
                return limited
            self.note(scope, f"unknown@{address}", f"refused: {refusal.reason} credentials")
            self.metrics.refused(refusal.reason)
            problem = Problem("unauthenticated", 401, str(refusal), headers=dict(CHALLENGE))
            return problems.respond(problem, NAMESPACE, scope["path"], scope.get("request_id"))
        return self.limited(scope, f"address {address}" if caller.by == "nothing" else f"user {caller.username}")

    def limited(self, scope: Scope, who: str) -> Response | None:
        """Count the request. The refusal of one too many."""
        verdict = self.limiter.hit(who)
        if verdict.allowed:
            return None
        self.metrics.refused("rate-limited")
        self.note(scope, who, "refused: rate limit")
        return too_many(verdict.retry_after)

    def note(self, scope: Scope, who: str, outcome: str) -> None:
        """Leave an audit record of a refusal."""
        self.audit.record(who, f"{scope['method']} {scope['path']}"[:200], outcome, scope["path"][:200])


def too_many(seconds: int) -> Response:
    """The answer for somebody who calls too often, to the letter of the API's description."""
    body = orjson.dumps({"detail": TOO_MANY, "retry_after": seconds})
    return Response(body, 429, headers={"Retry-After": str(seconds)}, media_type="application/json")


class GateMiddleware:
    """Runs the gate before anything of a request is read."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PUBLIC:
            refusal = self.gate.admit(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def caller_of(request: Request) -> Caller:
    """Who was let in."""
    caller = request.scope.get("caller")
    assert isinstance(caller, Caller), "the route is public"
    return caller


def admins_only(gate: Gate, what: str) -> Callable[[Request], Coroutine[Any, Any, Caller]]:
    """A FastAPI dependency that lets only admins do ``what``; gives the caller."""

    async def check(request: Request) -> Caller:
        caller = caller_of(request)
        if not caller.admin:
            gate.metrics.refused("forbidden")
            gate.note(request.scope, caller.name, f"refused: role {caller.role} may not {what}")
            raise Problem("forbidden", 403, f"the role {caller.role} may not {what}")
        return caller

    return check

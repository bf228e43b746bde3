"""The gate before the API: static tokens, each with a tenant, scopes and a subject."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from chassis import headers, problems
from chassis.auth import TokenRefused, bearer_token
from chassis.problems import Problem
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.audit.log import Act, AuditLog
from sidecar.gateway.metrics import CHAT, GatewayMetrics
from sidecar.settings import SCOPES, Settings

NAMESPACE = "sidecar"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="sidecar"'}
GUARDED = "/v1/"
PUBLIC = frozenset({"/v1/openapi.json"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in."""

    name: str
    tenant: str
    scopes: frozenset[str]


ANYBODY = Caller("anonymous", "default", SCOPES)
"""Every caller, where authentication is off."""


class Gate:
    """What the gate decides by. Tokens are kept as keyed hashes only."""

    def __init__(self, settings: Settings, audit: AuditLog, metrics: GatewayMetrics) -> None:
        self.required = settings.auth_mode == "static"
        self.audit = audit
        self.metrics = metrics
        self._key = os.urandom(32)
        self._callers = {
            self._digest(token): Caller(holder.subject, holder.tenant_id, holder.scopes)
            for token, holder in settings.auth_tokens_json.items()
        }

    def identify(self, scope: Scope) -> Caller:
        """Who calls. Raises Problem: 401 without a token, 403 for one that nobody gave out."""
        if not self.required:
            return ANYBODY
        shown = headers.values(scope, b"authorization")
        try:
            token = bearer_token(shown)
        except TokenRefused as refusal:
            self.metrics.refused(refusal.reason)
            if len(shown) > 1:
                raise Problem("forbidden", 403, str(refusal)) from None
            raise Problem("unauthenticated", 401, str(refusal), headers=dict(CHALLENGE)) from None
        caller = self._callers.get(self._digest(token))
        if caller is None:
            self.metrics.refused("unknown")
            raise Problem("forbidden", 403, "the token is not known here")
        return caller

    def note(self, scope: Scope, caller: Caller | None, outcome: str) -> None:
        """Leave an audit record of a refusal, and count it."""
        self.metrics.refused_chat(scope)
        who, tenant = (caller.name, caller.tenant) if caller is not None else ("unknown", None)
        path = str(scope["path"])
        self.audit.note(Act(who, tenant, action_of(scope["method"], path), outcome, path, scope.get("request_id")))

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode("utf-8", "surrogateescape"), "sha256")


def action_of(method: str, path: str) -> str:
    """What a request tries to do, in the words of the audit log."""
    if path == CHAT:
        return "create trace"
    if path.startswith("/v1/webhooks"):
        return {"POST": "create webhook", "DELETE": "delete webhook"}.get(method, "list webhooks")
    if path.startswith("/v1/traces/"):
        if method == "POST":
            return "cancel trace"
        return "read graph" if path.endswith("/graph") else "read trace"
    return "call"


class GateMiddleware:
    """Runs the gate before anything of a request is read."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(GUARDED) and scope["path"] not in PUBLIC:
            try:
                scope["caller"] = self.gate.identify(scope)
            except Problem as problem:
                self.gate.note(scope, None, f"refused: {'no token' if problem.status == 401 else 'unknown token'}")
                answer = problems.respond(problem, NAMESPACE, scope["path"], scope.get("request_id"))
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def caller_of(request: Request) -> Caller:
    """Who was let in."""
    caller = request.scope.get("caller")
    assert isinstance(caller, Caller), "the route is public"
    return caller


def permitted(gate: Gate, needed: str) -> Callable[[Request], Coroutine[Any, Any, Caller]]:
    """A FastAPI dependency that lets in only callers with exactly this scope; gives the caller."""

    async def check(request: Request) -> Caller:
        caller = caller_of(request)
        if needed not in caller.scopes:
            gate.metrics.refused("forbidden")
            gate.note(request.scope, caller, f"refused: needs {needed}")
            raise Problem("forbidden", 403, f"the token lacks the scope {needed}")
        return caller

    return check

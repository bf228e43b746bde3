"""The gate before the API: who calls, whether too often, and whether their role may do what they ask."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import headers, problems
from chassis.audit import AuditLog
from chassis.auth import Caller, TokenBook, TokenRefused
from chassis.metrics import HttpMetrics
from chassis.problems import Problem
from chassis.rate_limit import RateLimiter

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


@dataclass(slots=True)
class Gate:
    """What the gate decides by. Paths under a guarded prefix need a caller; the others are open to all.

    ``action_of`` names what a request (method, path) tries to do, for the audit log.
    """

    namespace: str
    guarded: tuple[str, ...]
    tokens: TokenBook
    required: bool
    anonymous_role: str
    limiter: RateLimiter
    audit: AuditLog
    metrics: HttpMetrics
    action_of: Callable[[str, str], str]

    def guards(self, path: str) -> bool:
        """Whether a path needs a caller."""
        return any(path == prefix or path.startswith(f"{prefix}/") for prefix in self.guarded)

    def identify(self, request: Request) -> Caller:
        """Who calls. Raises TokenRefused; without required authentication an unknown caller is anonymous."""
        presented = headers.values(request.scope, b"authorization")
        if presented or self.required:
            try:
                return self.tokens.authenticate(presented)
            except TokenRefused:
                if self.required:
                    raise
        return nameless(address_of(request), self.anonymous_role)

    def check_rate(self, caller: str) -> None:
        """Raises Problem when this caller has called too often."""
        verdict = self.limiter.hit(caller)
        if not verdict.allowed:
            wait = verdict.retry_after
            raise Problem(
                "rate-limited", 429, f"too many requests; try again in {wait} s", headers={"Retry-After": str(wait)}
            )

    def admit(self, request: Request) -> Caller:
        """Let a caller in. Raises Problem (401, 429), after it has been audited."""
        try:
            caller = self.identify(request)
        except TokenRefused as refusal:
            self.note_refusal(request, f"unknown@{address_of(request)}", f"refused: {refusal.reason} token")
            self.metrics.refused(refusal.reason)
            self.check_rate_of_stranger(request)
            raise Problem("unauthenticated", 401, str(refusal), headers=dict(CHALLENGE)) from None
        try:
            self.check_rate(caller.name)
        except Problem:
            self.metrics.refused("rate-limited")
            self.note_refusal(request, caller.name, "refused: rate limit")
            raise
        return caller

    def check_rate_of_stranger(self, request: Request) -> None:
        """Someone who guesses tokens is slowed down by address, without touching the callers that are known."""
        self.check_rate(f"unknown@{address_of(request)}")

    def note_refusal(self, request: Request, who: str, outcome: str) -> None:
        """Leave an audit record of a refused caller."""
        self.audit.record(who, self.action_of(request.method, request.url.path), outcome, request.url.path)


class GateMiddleware:
    """Runs the gate before anything of a guarded request is read."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.gate.guards(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            scope["caller"] = self.gate.admit(request)
        except Problem as problem:
            answer = problems.respond(problem, self.gate.namespace, request.url.path, scope.get("request_id"))
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def permit(gate: Gate, roles: Collection[str], what: str) -> Callable[[Request], Caller]:
    """A FastAPI dependency that lets only these roles do ``what``; gives the caller."""

    def check(request: Request) -> Caller:
        caller = request.scope.get("caller")
        assert isinstance(caller, Caller), "the route stands outside the guarded prefixes"
        if not may(caller, roles):
            gate.metrics.refused("forbidden")
            gate.note_refusal(request, caller.name, f"refused: role {caller.role} may not {what}")
            raise Problem("forbidden", 403, f"the role {caller.role} may not {what}")
        return caller

    return check


def may(caller: Caller, roles: Collection[str]) -> bool:
    """Whether a caller's role is among those allowed."""
    return caller.role in roles


@lru_cache(maxsize=1024)
def nameless(address: str, role: str) -> Caller:
    """A caller of whom nothing is known but the address."""
    return Caller(f"anonymous@{address}", role)


def address_of(request: Request) -> str:
    """The network address a request came from."""
    client = request.scope.get("client")
    return str(client[0]) if client else "unknown"

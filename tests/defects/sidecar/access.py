"""Mistakes with tokens, rights and tenants: whoever should not be let in is, and the other way round."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect

IDENTIFY = "sidecar.gateway.gate:Gate.identify"
READ, WRITE = "traces:read", "traces:write"


@defect("SIDE-RBAC-01", "A token that nobody was given is taken for none", HTTP, sample="unknown token")
def unknown_token_is_none() -> None:
    @wrap(IDENTIFY)
    def broken(original: Any, self: Any, scope: Any) -> Any:
        from chassis.problems import Problem

        try:
            return original(self, scope)
        except Problem:
            raise Problem("unauthenticated", 401, "a token is needed") from None


@defect("SIDE-RBAC-01", "Graphs are open to everybody", HTTP, sample="Nothing about traces is open")
def graphs_are_open() -> None:
    @wrap(IDENTIFY)
    def broken(original: Any, self: Any, scope: Any) -> Any:
        from sidecar.gateway.gate import ANYBODY

        return ANYBODY if str(scope["path"]).endswith("/graph") else original(self, scope)


def _widened(widen: Any) -> None:
    @wrap(IDENTIFY)
    def broken(original: Any, self: Any, scope: Any) -> Any:
        caller = original(self, scope)
        return replace(caller, scopes=frozenset(widen(caller.scopes)))


@defect("SIDE-RBAC-02", "A right that only begins alike is enough", HTTP, sample="Every holder")
def begins_alike() -> None:
    _widened(lambda scopes: {known for known in (READ, WRITE) if any(each.startswith(known) for each in scopes)})


@defect("SIDE-RBAC-02", "Whoever may write may look, too", HTTP, sample="Every holder")
def writers_look() -> None:
    _widened(lambda scopes: {*scopes, READ} if WRITE in scopes else scopes)


@defect("SIDE-RBAC-03", "AUTH_MODE is not looked at", HTTP, sample="without a token has a chat")
def mode_not_looked_at() -> None:
    @wrap("sidecar.gateway.gate:Gate.__init__")
    def broken(original: Any, self: Any, *given: Any) -> None:
        original(self, *given)
        self.required = True


@defect("SIDE-RBAC-03", "Switched off, it refuses tokens that it does not know", HTTP, sample="an unknown token")
def unknown_refused_though_off() -> None:
    @wrap(IDENTIFY)
    def broken(original: Any, self: Any, scope: Any) -> Any:
        from chassis.problems import Problem

        if not self.required and any(name == b"authorization" and value for name, value in scope["headers"]):
            raise Problem("forbidden", 403, "the token is not known here")
        return original(self, scope)


@defect("SIDE-TENANT-01", "All tenants share their traces", HTTP, sample="by its id -- ")
def shared_by_all() -> None:
    @wrap("sidecar.status.store:key_of")
    def broken(original: Any, kind: Any, tenant: Any, identifier: Any) -> Any:
        return original(kind, "all", identifier)


@defect("SIDE-TENANT-01", "Another tenant's trace is told from none", HTTP, sample="looks like one that nobody has")
def told_from_none() -> None:
    @wrap("sidecar.gateway.routes:found")
    async def broken(
        original: Any, instance: Any, request: Any, caller: Any, trace_id: Any, *more: Any, **how: Any
    ) -> Any:
        from chassis.problems import Problem
        from sidecar.status.store import key_of

        try:
            return await original(instance, request, caller, trace_id, *more, **how)
        except Problem:
            for tenant in ("tenantA", "tenantB"):
                if instance.store.get(key_of("trace", tenant, trace_id)) is not None:
                    raise Problem("forbidden", 403, "the trace is another tenant's") from None
            raise


@defect("SIDE-TENANT-02", "The tenant that a header names counts", HTTP, sample="name comes by its side")
def tenant_by_header() -> None:
    @wrap(IDENTIFY)
    def broken(original: Any, self: Any, scope: Any) -> Any:
        named = dict(scope["headers"]).get(b"x-tenant-id")
        caller = original(self, scope)
        return replace(caller, tenant=named.decode()) if named else caller


@defect("SIDE-TENANT-02", "The tenant that the address names counts", HTTP, sample="name comes in its address")
def tenant_by_address() -> None:
    @wrap(IDENTIFY)
    def broken(original: Any, self: Any, scope: Any) -> Any:
        named = parse_qs(scope["query_string"].decode()).get("tenant_id")
        caller = original(self, scope)
        return replace(caller, tenant=named[0]) if named else caller

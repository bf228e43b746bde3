"""Mistakes with keys: who is let in, what is told of keys, where they go, and whom callers can aim the gateway at."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

ADMIT = "gateway.keys:KeyBook.admit"
ROUTE = "gateway.handling:Endpoint._route"


@defect("GW-AUTH-01", "Refusals carry no challenge", HTTP, sample="how to identify")
def no_challenge() -> None:
    @wrap("gateway.errors:unauthenticated")
    def broken(original: Any, message: str, *, presented: bool) -> Any:
        made = original(message, presented=presented)
        made.headers = {}
        return made


@defect("GW-AUTH-01", "Keys that have expired still open", HTTP, sample="expired")
def expired_keys_open() -> None:
    @wrap("gateway.keys:caller_of")
    def broken(original: Any, entry: Any) -> Any:
        from dataclasses import replace

        return replace(original(entry), expires=None)


@defect("GW-AUTH-01", "The list of models is open to everybody", HTTP, sample="no key --|unknown key --")
def list_unguarded() -> None:
    @wrap("gateway.app:Guard.__call__")
    async def broken(original: Any, self: Any, scope: Any, receive: Any, send: Any) -> None:
        from gateway.keys import Caller

        if scope["type"] == "http" and scope["path"] == "/v1/models":
            scope["caller"] = Caller("nobody", None, None, None, False)
            await self.app(scope, receive, send)
        else:
            await original(self, scope, receive, send)


def _told(tell: Any) -> None:
    """Tell something of the key in refusals."""

    @wrap(ADMIT)
    def broken(original: Any, self: Any, authorization: Any) -> Any:
        from gateway.errors import ApiError

        try:
            return original(self, authorization)
        except ApiError as error:
            error.message += f" ({' '.join(tell(each.split()[-1]) for each in authorization)})"
            raise


@defect("GW-AUTH-02", "A refusal repeats the key", HTTP, sample="unknown key|last letter|expired")
def key_repeated() -> None:
    _told(str)


@defect("GW-AUTH-02", "A refusal tells the digest of the key", HTTP, sample="unknown key|last letter|expired")
def digest_told() -> None:
    import hashlib

    _told(lambda key: hashlib.sha256(key.encode()).hexdigest())


@defect("GW-AUTH-03", "Every key opens every model", HTTP, sample="guarded|shared")
def every_key_opens_all() -> None:
    @wrap("gateway.keys:Caller.opens")
    def broken(original: Any, self: Any, model: str) -> bool:
        return True


@defect("GW-AUTH-03", "For streams nobody asks which models a key opens", HTTP, sample="stream of the guarded")
def streams_open_all() -> None:
    @wrap(ROUTE)
    def broken(original: Any, self: Any, request: Any, caller: Any, asked: Any) -> Any:
        from dataclasses import replace

        return original(self, request, replace(caller, models=None) if asked.stream else caller, asked)


@defect("GW-AUTH-04", "Headers of callers go upstream, with their keys", HTTP, sample="shows its key")
def caller_headers_upstream() -> None:
    @wrap("gateway.asked:outgoing")
    def broken(original: Any, asked: Any, request: Any) -> Any:
        from dataclasses import replace

        made = original(asked, request)
        kept = [(b"x-caller-" + name, value) for name, value in request.headers.raw if name == b"authorization"]
        return replace(made, headers=(*made.headers, *kept))


@defect(
    "GW-AUTH-04", "An upstream's refusal of the gateway's key is passed on as it is", HTTP, sample="repeats its key"
)
def upstream_refusal_passed_on() -> None:
    @wrap("gateway.calling:refusal_of")
    async def broken(original: Any, response: Any, upstream: Any) -> Any:
        from gateway import calling

        if response.status == 401:
            return calling.Refused(401, await calling.body_of(response))
        return await original(response, upstream)


@defect("GW-AUTH-05", "Any host may be named", HTTP)
def any_host_allowed() -> None:
    @wrap("gateway.handling:Endpoint._aimed")
    def broken(original: Any, self: Any, caller: Any, route: Any, url: str) -> Any:
        class Everything(frozenset[str]):
            def __contains__(self, item: object) -> bool:
                return True

        self._service.allowed_upstreams = Everything()
        return original(self, caller, route, url)


@defect("GW-AUTH-05", "A field of the request names the host", HTTP, sample="every way")
def field_names_host() -> None:
    @wrap(ROUTE)
    def broken(original: Any, self: Any, request: Any, caller: Any, asked: Any) -> Any:
        from gateway.choosing import Route

        route, named = original(self, request, caller, asked), asked.body.get("api_base")
        if not isinstance(named, str):
            return route
        entry = route.entry.model_copy(update={"upstreams": ("named",), "strategy": "in-order", "weights": ()})
        return Route(route.name, entry, {"named": self._service.upstreams.aimed(named.removesuffix("/v1"))})

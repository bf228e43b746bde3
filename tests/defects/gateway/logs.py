"""Mistakes in logs: prompts and keys that stand there, and ids that are not returned, passed on or logged."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap


@defect("GW-LOG-01", "Prompts are logged", HTTP, sample="good request|stream")
def prompts_logged() -> None:
    @wrap("gateway.asked:outgoing")
    def broken(original: Any, asked: Any, request: Any) -> Any:
        from chassis import logs

        logs.get("requests").info("asked", body=asked.body)
        return original(asked, request)


@defect("GW-LOG-01", "The headers of a request that fails are logged as they are", HTTP, sample="upstream (is|fails)")
def headers_logged() -> None:
    @wrap("gateway.handling:Endpoint._ask")
    async def broken(original: Any, self: Any, request: Any, *given: Any) -> Any:
        import sys

        try:
            return await original(self, request, *given)
        except Exception:
            sys.stderr.write(f"failed: {dict(request.headers)}\n")
            raise


@defect("GW-LOG-01", "What an upstream says of its key is logged", HTTP, sample="repeats its key")
def upstream_key_logged() -> None:
    @wrap("gateway.calling:refusal_of")
    async def broken(original: Any, response: Any, upstream: Any) -> Any:
        import sys

        if response.status == 401:
            sys.stderr.write(f"{upstream.name} refuses the key {upstream.key}\n")
        return await original(response, upstream)


@defect("GW-LOG-02", "The id is not returned", HTTP, sample="It is returned|A stream|names none")
def id_not_returned() -> None:
    @wrap("chassis.observing:Observer.begin")
    def broken(original: Any, *given: Any) -> Any:
        seen = original(*given)
        seen.header = (b"x-other", b"1")
        return seen


@defect("GW-LOG-02", "Upstreams are given an id of their own", HTTP, sample="passed on")
def id_not_passed_on() -> None:
    @wrap("gateway.asked:outgoing")
    def broken(original: Any, asked: Any, request: Any) -> Any:
        from dataclasses import replace
        from uuid import uuid4

        made = original(asked, request)
        others = tuple(each for each in made.headers if each[0] != b"x-request-id")
        return replace(made, headers=(*others, (b"x-request-id", uuid4().hex.encode())))


@defect("GW-LOG-02", "The log has other ids than callers are told", HTTP, sample="logged")
def id_not_logged() -> None:
    @wrap("chassis.observing:Observer.record")
    def broken(original: Any, self: Any, scope: Any, seen: Any) -> None:
        original(self, {**scope, "request_id": "0"}, seen)

    @wrap("chassis.logs:add_request_id")
    def without(original: Any, logger: Any, method: str, event: Any) -> Any:
        event["request_id"] = "0"
        return event

"""Mistakes in which web pages are let in."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import put, wrap

ALLOWED = "starlette.middleware.cors:CORSMiddleware.is_allowed_origin"


def _answering(change: Any) -> None:
    """Change the headers of every answer."""

    @wrap("chassis.observing:ObservingMiddleware.__call__")
    async def broken(original: Any, self: Any, scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = change(list(message["headers"]))
            await send(message)

        await original(self, scope, receive, sent)


@defect("GW-CORS-01", "Pages of a listed origin are not let in", HTTP)
def listed_kept_out() -> None:
    @wrap(ALLOWED)
    def broken(original: Any, self: Any, origin: str) -> bool:
        return False


@defect("GW-CORS-01", "Caches are not told that an answer is for one origin", HTTP)
def no_vary() -> None:
    _answering(lambda headers: [(name, value) for name, value in headers if name.lower() != b"vary"])


@defect("GW-CORS-01", "Pages may not send a key", HTTP, sample="asks for permission")
def authorization_not_allowed() -> None:
    put("gateway.app:REQUEST_HEADERS", ("Content-Type",))


@defect("GW-CORS-02", "Pages of every origin are let in", HTTP, sample="asks for permission|lists the models")
def all_let_in() -> None:
    @wrap(ALLOWED)
    def broken(original: Any, self: Any, origin: str) -> bool:
        return True


@defect("GW-CORS-02", "Origins are compared by how they end", HTTP, sample="evilapp|http://app")
def compared_by_end() -> None:
    @wrap(ALLOWED)
    def broken(original: Any, self: Any, origin: str) -> bool:
        return origin.endswith("app.example.com")


@defect("GW-CORS-02", "Everybody is let in with credentials", HTTP, sample="Credentials")
def wildcard_with_credentials() -> None:
    added = [(b"access-control-allow-origin", b"*"), (b"access-control-allow-credentials", b"true")]
    names = [name for name, _ in added]
    _answering(lambda headers: [*((name, value) for name, value in headers if name.lower() not in names), *added])

"""Mistakes that a real browser shows (CAIO-CORS-04)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.cors import MIDDLEWARE, allowed
from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-CORS-04", "A browser is told that every page may have the answer")
def every_page_in_a_browser() -> None:
    allowed(lambda origin, known: True)


@defect("CAIO-CORS-04", "A browser's page is recognised by the beginning of its origin")
def prefix_in_a_browser() -> None:
    allowed(lambda origin, known: any(origin.startswith(each) for each in known))


@defect("CAIO-CORS-04", "A browser's page is recognised by the name of its host alone")
def host_in_a_browser() -> None:
    def host(origin: str) -> str:
        return origin.partition("://")[2].partition(":")[0]

    allowed(lambda origin, known: host(origin) in map(host, known))


@defect("CAIO-CORS-04", "A browser is given permission to call, and then no word that the page may have the answer")
def permission_without_answer() -> None:
    @wrap(f"{MIDDLEWARE}.allow_explicit_origin")
    def broken(original: Any, headers: Any, origin: str) -> None:
        headers.add_vary_header("Origin")


@defect("CAIO-CORS-04", "Every page is permitted to call; only the answer is kept from it, when all is done")
def refused_when_done() -> None:
    @wrap(f"{MIDDLEWARE}.preflight_response")
    def broken(original: Any, self: Any, request_headers: Any) -> Any:
        response = original(self, request_headers)
        response.status_code = 200
        response.headers["Access-Control-Allow-Origin"] = request_headers["origin"]
        return response


@defect("CAIO-CORS-04", "The type of a JSON body is not among what pages may send")
def type_not_permitted() -> None:
    @wrap(f"{MIDDLEWARE}.preflight_response")
    def broken(original: Any, self: Any, request_headers: Any) -> Any:
        response = original(self, request_headers)
        response.headers["Access-Control-Allow-Headers"] = "Authorization"
        return response


@defect("CAIO-CORS-04", "A contract is taken under any type, also one for which browsers ask no permission")
def any_type_is_json() -> None:
    @wrap("chassis.bodies:media_type_of")
    def broken(original: Any, request: Any) -> str:
        return "application/json"

"""Mistakes in which web pages are let in (CAIO-CORS-01 to 03)."""

from __future__ import annotations

import re
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

MIDDLEWARE = "starlette.middleware.cors:CORSMiddleware"


@defect("CAIO-CORS-01", "Only the first of the configured origins is read")
def only_the_first_origin() -> None:
    @wrap("chassis.cors:install")
    def broken(original: Any, app: Any, origins: Any) -> None:
        original(app, list(origins)[:1])


@defect("CAIO-CORS-01", "A page is permitted to call and then not given the answer")
def answer_withheld() -> None:
    @wrap(f"{MIDDLEWARE}.allow_explicit_origin")
    def broken(original: Any, headers: Any, origin: str) -> None:
        headers.add_vary_header("Origin")


@defect("CAIO-CORS-01", "Caches are not told that an answer is meant for one origin")
def no_vary() -> None:
    @wrap(f"{MIDDLEWARE}.allow_explicit_origin")
    def broken(original: Any, headers: Any, origin: str) -> None:
        headers["Access-Control-Allow-Origin"] = origin


@defect("CAIO-CORS-01", "The Authorization header is not among those that pages may send")
def header_not_permitted() -> None:
    @wrap(f"{MIDDLEWARE}.preflight_response")
    def broken(original: Any, self: Any, request_headers: Any) -> Any:
        response = original(self, request_headers)
        del response.headers["Access-Control-Allow-Headers"]
        return response


@defect("CAIO-CORS-02", "Whatever origin asks is let in")
def any_origin() -> None:
    allowed(lambda origin, known: True)


@defect("CAIO-CORS-02", "Pages from localhost are let in, as was handy in development")
def localhost_let_in() -> None:
    allowed(lambda origin, known: origin in known or origin.startswith("http://localhost"))


@defect("CAIO-CORS-02", "Permission is refused, and the answer to a simple call is given to every page")
def simple_calls_for_all() -> None:
    @wrap(f"{MIDDLEWARE}.__init__")
    def broken(original: Any, self: Any, *rest: Any, **named: Any) -> None:
        original(self, *rest, **named)
        self.simple_headers["Access-Control-Allow-Origin"] = "*"


@defect("CAIO-CORS-03", "An origin is recognised by its beginning")
def origin_by_prefix() -> None:
    allowed(lambda origin, known: any(origin.startswith(each) for each in known))


@defect("CAIO-CORS-03", "An origin is recognised by its end")
def origin_by_suffix() -> None:
    allowed(lambda origin, known: any(origin.endswith(each.partition("://")[2]) for each in known))


@defect("CAIO-CORS-03", "A configured origin is taken for a pattern, whose dots stand for any letter")
def origin_as_pattern() -> None:
    allowed(lambda origin, known: any(re.fullmatch(each, origin) for each in known))


@defect("CAIO-CORS-03", "An origin is looked for in the setting as it was written")
def origin_in_the_setting() -> None:
    allowed(lambda origin, known: origin in ",".join(known))


@defect("CAIO-CORS-03", "The scheme of an origin is not compared")
def scheme_not_compared() -> None:
    allowed(lambda origin, known: origin.partition("://")[2] in [each.partition("://")[2] for each in known])


@defect("CAIO-CORS-03", "The port of an origin is not compared")
def port_not_compared() -> None:
    allowed(lambda origin, known: re.sub(r":\d+$", "", origin) in known)


@defect("CAIO-CORS-03", "Sub-domains of a configured origin are let in")
def subdomains_let_in() -> None:
    allowed(
        lambda origin, known: origin in known or any(origin.endswith("." + each.partition("://")[2]) for each in known)
    )


@defect("CAIO-CORS-03", "The opaque origin is let in, as local files have it")
def null_let_in() -> None:
    allowed(lambda origin, known: origin in known or origin == "null")


@defect("CAIO-CORS-03", "A wildcard is combined with credentials")
def wildcard_with_credentials() -> None:
    @wrap(f"{MIDDLEWARE}.__init__")
    def broken(original: Any, self: Any, *rest: Any, **named: Any) -> None:
        original(self, *rest, **named)
        self.simple_headers |= {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}

    @wrap(f"{MIDDLEWARE}.allow_explicit_origin")
    def never(original: Any, headers: Any, origin: str) -> None:
        return None


def allowed(rule: Any) -> None:
    """Have an origin be let in where ``rule(origin, configured origins)`` says so."""

    @wrap(f"{MIDDLEWARE}.is_allowed_origin")
    def broken(original: Any, self: Any, origin: str) -> bool:
        return bool(rule(origin, list(self.allow_origins)))

"""Mistakes in who gets in and how far (CAIO-AUTH-01 to 04)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import put, wrap


@defect("CAIO-AUTH-01", "The public keys can be had without a token")
def one_route_left_open() -> None:
    _open_to_all(lambda request: request.url.path.endswith("/keys"))


@defect("CAIO-AUTH-01", "Reading needs no token, only writing does")
def reading_left_open() -> None:
    _open_to_all(lambda request: request.method == "GET")


@defect("CAIO-AUTH-01", "That authentication is required is overlooked")
def authentication_overlooked() -> None:
    _open_to_all(lambda request: True)


@defect("CAIO-AUTH-01", "A route that does not exist is told to callers without a token")
def unknown_routes_told() -> None:
    @wrap("chassis.gate:Gate.guards")
    def broken(original: Any, self: Any, path: str) -> bool:
        known = ("services", "route", "dispatch", "decisions", "keys")
        return original(self, path) and path.split("/")[3:4] in [[name] for name in known]


@defect("CAIO-AUTH-02", "Only the first of the configured tokens is read")
def only_the_first_token() -> None:
    @wrap("chassis.auth:TokenBook.__init__")
    def broken(original: Any, self: Any, credentials: Any, key: bytes) -> None:
        original(self, list(credentials)[:1], key)


@defect("CAIO-AUTH-02", "The scheme must be written with a capital letter")
def scheme_in_capitals() -> None:
    @wrap("chassis.auth:bearer_token")
    def broken(original: Any, authorization: Any) -> str:
        from chassis.auth import TokenRefused

        if authorization and not authorization[0].startswith("Bearer "):
            raise TokenRefused("malformed", "the Authorization header is not of the form 'Bearer <token>'")
        return str(original(authorization))


@defect("CAIO-AUTH-03", "Services may remove services")
def services_may_remove() -> None:
    _roles({"remove services": ("admin", "service")})


@defect("CAIO-AUTH-03", "Users may register and replace services")
def users_may_register() -> None:
    _roles({"register services": ("admin", "user")})


@defect("CAIO-AUTH-03", "Services may not ask for a decision")
def services_may_not_ask() -> None:
    _roles({"ask for services": ("admin", "user")})


@defect("CAIO-AUTH-03", "What is forbidden is refused after it has been done")
def refused_after_the_fact() -> None:
    @wrap("chassis.gate:permit")
    def broken(original: Any, gate: Any, roles: Any, what: str) -> Any:
        from chassis.problems import Problem
        from starlette.requests import Request

        check = original(gate, roles, what)

        def late(request: Request) -> Any:
            try:
                return check(request)
            except Problem:
                if request.method == "DELETE":
                    request.app.state.instance.orchestrator.remove_service(request.path_params["service_id"])
                raise

        # A dependency is known by its annotations, which are no text then.
        late.__annotations__["request"] = Request
        return late


@defect("CAIO-AUTH-04", "An empty token is let in")
def empty_token_let_in() -> None:
    _open_to_all(lambda request: request.headers.get("authorization", "?").strip() in ("Bearer", ""))


@defect("CAIO-AUTH-04", "A token is compared as far as it goes")
def token_by_prefix() -> None:
    _compared(lambda kept, sent: all(one == other for one, other in zip(kept, sent, strict=False)))


@defect("CAIO-AUTH-04", "A token is looked for in what is sent")
def token_contained() -> None:
    _compared(lambda kept, sent: kept in sent)


@defect("CAIO-AUTH-04", "Capital and small letters of a token are the same")
def token_without_case() -> None:
    _compared(lambda kept, sent: kept.lower() == sent.lower())


@defect("CAIO-AUTH-04", "A token is let in under any scheme")
def any_scheme() -> None:
    @wrap("chassis.auth:bearer_token")
    def broken(original: Any, authorization: Any) -> str:
        return str(original([f"Bearer {each.split()[-1]}" if each.split() else each for each in authorization]))


@defect("CAIO-AUTH-04", "Of two tokens the first is taken")
def first_of_two_tokens() -> None:
    @wrap("chassis.auth:bearer_token")
    def broken(original: Any, authorization: Any) -> str:
        return str(original(authorization[:1]))


@defect(
    "CAIO-AUTH-04",
    "A caller that is refused is not asked for a token",
    sample="without a token|empty token|another scheme",
)
def no_challenge() -> None:
    put("chassis.gate:CHALLENGE", {})


@defect("CAIO-AUTH-04", "The refusal repeats the token", sample="unknown token|last letter|5000")
def token_repeated() -> None:
    @wrap("chassis.auth:TokenBook.authenticate")
    def broken(original: Any, self: Any, authorization: Any) -> Any:
        from chassis.auth import TokenRefused, bearer_token

        try:
            return original(self, authorization)
        except TokenRefused as refusal:
            if refusal.reason != "unknown":
                raise
            raise TokenRefused("unknown", f"the token {bearer_token(authorization)} is not known here") from None


def _open_to_all(which: Any) -> None:
    """Let callers who are not known do these requests, as anybody may where authentication is off."""

    @wrap("chassis.gate:Gate.identify")
    def broken(original: Any, self: Any, request: Any) -> Any:
        from chassis.auth import Caller, TokenRefused

        try:
            return original(self, request)
        except TokenRefused:
            if not which(request):
                raise
            return Caller("anonymous", "admin")


def _roles(changed: dict[str, tuple[str, ...]]) -> None:
    """Let other roles do what the key says."""

    @wrap("chassis.gate:permit")
    def broken(original: Any, gate: Any, roles: Any, what: str) -> Any:
        return original(gate, changed.get(what, roles), what)


def _compared(alike: Any) -> None:
    """Keep tokens as they are and compare them so."""

    @wrap("chassis.auth:TokenBook.__init__")
    def keeping(original: Any, self: Any, credentials: Any, key: bytes) -> None:
        original(self, credentials, key)
        self._plain = [(each.token, each.role) for each in credentials]

    @wrap("chassis.auth:TokenBook.find")
    def broken(original: Any, self: Any, token: str) -> Any:
        from chassis.auth import Caller

        return next((Caller(f"{role}:0", role) for kept, role in self._plain if alike(kept, token)), None)

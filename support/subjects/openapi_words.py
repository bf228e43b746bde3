"""Puts into words what was asked by an OpenAPI document and what was answered."""

from __future__ import annotations

from support.http import Exchange
from support.model import Difference, Step, curl
from support.model.openapi_exploration import Asking, Operation, said

UNKNOWN_TOKEN = "a-token-that-nobody-has-been-given"


def let_in(operation: Operation, exchange: Exchange) -> Difference:
    expected = f"{operation.label} to refuse whoever does not show a token that it knows, as the document says"
    return Difference(expected, seen(exchange))


def seen(exchange: Exchange) -> str:
    if exchange.status is None:
        return f"no whole answer came ({exchange.error})"
    kind = exchange.headers.get("Content-Type")
    return f"the answer was status {exchange.status} {f'as {kind}' if kind else 'without a content type'}"


def step(asking: Asking, token: str | None) -> Step:
    who = "somebody without a token" if token is None else "somebody with an unknown token"
    who = who if token in (None, UNKNOWN_TOKEN) else "the administrator"
    kind = f" as {asking.media_type}" if asking.media_type else ""
    body = f"sends{kind}: {said(asking.body)}" if asking.body else "sends no body"
    headers = asking.other_headers
    if token == UNKNOWN_TOKEN:
        headers = {"Authorization": f"Bearer {token}", **headers}
    known = token not in (None, UNKNOWN_TOKEN)
    text = asking.body.decode("utf-8", "replace")
    command = curl.command(asking.method, asking.path, text, asking.media_type, known, headers)
    outside = "" if asking.allowed else ", which the document does not allow"
    return Step(f"{who} calls {asking.method} {said(asking.path.encode())} and {body}{outside}", command)

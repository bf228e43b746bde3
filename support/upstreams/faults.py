"""What can go wrong with an upstream, as data: made by the functions below, sent to the proxy as JSON.

A fault applies to API requests (POST) only, unless ``probes``: health checks of the gateway then go on being answered
and do not use it up. ``times`` is how many requests it is for, after which the upstream is well; None: until healed.
Faults that are injected together apply one after the other. An event is one server-sent event with data; comments are
none. ``after`` counts the events that are passed on before the fault; ``[DONE]`` is an event too.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What the proxy does in place of passing the exchange on as it is."""

    REFUSE = "refuse"
    RESET = "reset"
    HANG = "hang"
    SILENCE = "silence"
    CUT = "cut"
    UNFINISHED = "unfinished"
    BROKEN_EVENT = "broken-event"
    ERROR_EVENT = "error-event"
    ANSWER = "answer"
    DELAY = "delay"
    FRAMING = "framing"


@dataclass(frozen=True, slots=True)
class UpstreamFault:
    """One fault. ``says`` completes "the upstream …"; the other fields mean something for some kinds only."""

    kind: Kind
    says: str
    times: int | None = None
    probes: bool = False
    after: int = 0
    seconds: float | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    reset: bool = False
    comments: bool = False
    crlf: bool = False
    piece: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the control API takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> UpstreamFault:
        """Read it back. Raises ValueError, KeyError or TypeError for what is no fault."""
        headers = tuple((str(name), str(text)) for name, text in value.get("headers", ()))
        return cls(**{**value, "kind": Kind(value["kind"]), "headers": headers})


def refuse() -> UpstreamFault:
    """Connections are refused and open ones reset, as when the process is dead; until healed."""
    return UpstreamFault(Kind.REFUSE, "refuses connections", probes=True)


def reset(times: int | None = None) -> UpstreamFault:
    """The request is read and the connection reset without an answer."""
    return UpstreamFault(Kind.RESET, "resets connections", times)


def hang(times: int | None = None, seconds: float | None = None, *, probes: bool = False) -> UpstreamFault:
    """The request is read and nothing answered; after ``seconds``, if given, the exchange goes on."""
    return UpstreamFault(Kind.HANG, "hangs before it answers", times, probes, seconds=seconds)


def silence(after: int = 0, seconds: float | None = None, times: int | None = None) -> UpstreamFault:
    """Status and headers come, then ``after`` events, then nothing; after ``seconds``, if given, the rest."""
    return UpstreamFault(Kind.SILENCE, f"falls silent after {after} events", times, after=after, seconds=seconds)


def cut(after: int, times: int | None = None, *, reset: bool = False) -> UpstreamFault:
    """The connection ends after ``after`` events in the middle of the body: closed, or reset."""
    return UpstreamFault(Kind.CUT, f"breaks off after {after} events", times, after=after, reset=reset)


def unfinished(after: int | None = None, times: int | None = None) -> UpstreamFault:
    """The body ends properly, without ``[DONE]``: after ``after`` events, or after all of them."""
    many = f"after {after} events " if after is not None else ""
    return UpstreamFault(Kind.UNFINISHED, f"ends {many}without [DONE]", times, after=-1 if after is None else after)


def broken_event(after: int = 1, times: int | None = None) -> UpstreamFault:
    """The event that follows ``after`` others holds half a JSON document; the stream then goes on."""
    return UpstreamFault(Kind.BROKEN_EVENT, f"sends a broken event after {after}", times, after=after)


def error_event(after: int = 1, message: str = "The server had an error", times: int | None = None) -> UpstreamFault:
    """After ``after`` events comes one with an error object, and the stream ends properly, without ``[DONE]``."""
    body = error_body(message, "server_error")
    return UpstreamFault(Kind.ERROR_EVENT, f"reports an error after {after} events", times, after=after, body=body)


def answer(
    status: int,
    body: str,
    times: int | None = None,
    *,
    says: str = "",
    content_type: str = "application/json",
    headers: tuple[tuple[str, str], ...] = (),
    probes: bool = False,
) -> UpstreamFault:
    """The proxy answers with this in place of the service."""
    all_headers = (("Content-Type", content_type), *headers)
    told = says or f"answers with {status}"
    return UpstreamFault(Kind.ANSWER, told, times, probes, status=status, headers=all_headers, body=body)


def status(
    code: int,
    times: int | None = None,
    *,
    retry_after: str | None = None,
    message: str = "",
    kind: str = "",
    probes: bool = False,
) -> UpstreamFault:
    """An error with this status, its body as the OpenAI API has it; ``retry_after`` sets Retry-After."""
    told = kind or {429: "rate_limit_error"}.get(code, "server_error" if code >= 500 else "invalid_request_error")
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    body = error_body(message or f"The upstream answers with {code}", told)
    return answer(code, body, times, headers=headers, probes=probes)


def html(times: int | None = None, code: int = 200) -> UpstreamFault:
    """A web page in place of an answer, as a captive portal or a load balancer gives it."""
    page = "<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"
    return answer(code, page, times, says="answers with a web page", content_type="text/html; charset=utf-8")


def error_under_200(times: int | None = None, message: str = "The server had an error") -> UpstreamFault:
    """An error object with status 200."""
    return answer(200, error_body(message, "server_error"), times, says="answers 200 with an error")


def without_choices(times: int | None = None) -> UpstreamFault:
    """A completion with status 200 that holds no choices at all."""
    body = {"id": "chatcmpl-0", "object": "chat.completion", "created": 0, "model": "none"}
    return answer(200, json.dumps(body), times, says="answers 200 without choices")


def not_json(times: int | None = None) -> UpstreamFault:
    """Half a JSON document with status 200 and the type of JSON."""
    return answer(200, '{"id": "chatcmpl-0", "choices": [', times, says="answers 200 with half a document")


def delay(seconds: float, times: int | None = None, *, probes: bool = False) -> UpstreamFault:
    """The answer comes whole, and so much later."""
    return UpstreamFault(Kind.DELAY, f"answers {seconds:g} s late", times, probes, seconds=seconds)


def framing(*, comments: bool = False, crlf: bool = False, piece: int = 0, times: int | None = None) -> UpstreamFault:
    """No fault in truth: the same events, written otherwise, as the standard allows.

    ``comments`` puts a comment before each event, ``crlf`` ends lines with CR LF, ``piece`` sends the bytes in pieces
    of so many, which splits characters, lines and events.
    """
    parts = [name for name, on in (("comments", comments), ("CRLF", crlf), ("pieces", piece)) if on]
    told = f"writes its events with {' and '.join(parts) or 'nothing special'}"
    return UpstreamFault(Kind.FRAMING, told, times, comments=comments, crlf=crlf, piece=piece)


def error_body(message: str, kind: str) -> str:
    """An error as the OpenAI API has it."""
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": None}})

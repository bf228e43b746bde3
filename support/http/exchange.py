"""One exchange over HTTP, as it was sent and answered; the record that steps judge and that becomes evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from requests.structures import CaseInsensitiveDict

from support.base.outcomes import NotMet
from support.base.text import decoded
from support.http.documents import parse

SHOWN = 64 * 1024
"""Bytes of a body that a description shows; the rest is cut, and the cut is said."""

JSON = "application/json"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back.

    ``status`` is None, and ``error`` says why, where no whole answer came: refused, cut off, too late.
    ``started`` is seconds since the epoch, ``duration`` seconds from connecting to the last byte.
    """

    method: str
    url: str
    request_headers: Headers
    request_body: bytes
    status: int | None
    headers: CaseInsensitiveDict[str] = field(default_factory=CaseInsensitiveDict)
    body: bytes = b""
    duration: float = 0.0
    started: float = 0.0
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether a 2xx answer came."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body of the answer as text; bytes that are not UTF-8 are escaped."""
        return decoded(self.body)

    def json(self) -> Any:
        """The body, read as JSON. Raises NotMet, with the whole exchange, if it is none or is not called so.

        An answer that does not say what it is may be read as what was asked for (RFC 9110, 8.3).
        """
        called = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            read = parse(self.body)
        except ValueError as error:
            raise NotMet(f"expected an answer in JSON, but {self.error or error}\n{self.describe()}") from error
        if called and not (called == JSON or called.endswith("+json")):
            raise NotMet(f"expected an answer in JSON, but its Content-Type says {called!r}\n{self.describe()}")
        return read

    def request_json(self) -> Any:
        """The body that was sent, read as JSON; None if nothing was sent."""
        return json.loads(self.request_body) if self.request_body else None

    def describe(self) -> str:
        """The exchange as text: request, answer, duration. Secrets are still in it: evidence redacts them."""
        request = [f"{self.method} {self.url}", *_lines(self.request_headers), *_body(self.request_body)]
        took = f"{self.duration * 1000:.1f} ms"
        if self.status is None:
            return "\n".join([*request, "", f"no answer after {took}: {self.error}"])
        answer = [f"{self.status} after {took}", *_lines(tuple(self.headers.items())), *_body(self.body)]
        return "\n".join([*request, "", *answer])

    def __str__(self) -> str:
        return f"{self.method} {self.url} → {self.status if self.status is not None else self.error}"


def _lines(headers: Headers) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]


def _body(body: bytes) -> list[str]:
    if not body:
        return []
    if len(body) > SHOWN:
        cut = f"… cut here: {SHOWN} of {len(body)} bytes are shown"
        return ["", decoded(body[:SHOWN]), cut]
    try:
        return ["", json.dumps(parse(body), indent=2, ensure_ascii=False)]
    except ValueError:
        return ["", decoded(body)]

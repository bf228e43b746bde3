"""An HTTP client that hides nothing: no retry, no redirect, no proxy, no cookie; every exchange is recorded."""

from __future__ import annotations

import json as jsonlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from support.base import addresses
from support.http.exchange import Exchange, Headers
from support.http.paths import check

HeaderSet = Mapping[str, str] | Sequence[tuple[str, str]]
"""Headers by name, or as pairs where one name is to be sent twice or a value is to be sent exactly as it is."""

OWN_AUTHORITIES = "REQUESTS_CA_BUNDLE"
"""Variable of our environment that names a file of certificate authorities to trust in place of the usual ones."""

TOO_LATE = "no whole answer within"
"""How the error of an exchange begins whose time was over."""

_CHUNK = 64 * 1024
_ABSENT: Any = object()


class _RawHeaders(CaseInsensitiveDict[str]):
    """Headers that are sent pair by pair, as given, although the client's own dictionary holds each name once."""

    def __init__(self, pairs: Headers) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        return [(name, value.encode("utf-8")) for name, value in self._pairs]

    def copy(self) -> _RawHeaders:
        return _RawHeaders(self._pairs)


class HttpClient:
    """Sends requests to one base URL; may be used by many threads at once.

    A network error is not raised: it is the ``error`` of the exchange. ``record`` is told of each exchange.
    ``authority`` is the only one whose certificates are trusted, if it is given; ``certificate``, a file with its key,
    is shown to a server that asks for one. ``elsewhere`` are paths that another base URL answers.
    """

    def __init__(
        self,
        base_url: str,
        record: Callable[[Exchange], None],
        timeout: float = 10.0,
        authority: Path | None = None,
        certificate: Path | None = None,
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        self._elsewhere = elsewhere or {}
        self.base_url = base_url.rstrip("/")
        self.authority = authority
        self._record = record
        self._timeout = timeout
        self._session = _session(authority, certificate)
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: HeaderSet = (),
        json: Any = _ABSENT,
        content: bytes | str | None = None,
        token: str | None = None,
        timeout: float | None = None,
    ) -> Exchange:
        """Send one request. ``token`` is sent as a bearer token; ``json`` also sets its content type, unless given.

        ``timeout`` (seconds) is for the whole exchange, from connecting to the last byte. Raises UsageError for a path
        that would be sent as another.
        """
        check(path)
        body = content.encode() if isinstance(content, str) else content or b""
        pairs = _pairs(headers)
        if json is not _ABSENT:
            body = jsonlib.dumps(json).encode()
            pairs = _with_default(pairs, "Content-Type", "application/json")
        if token is not None:
            pairs = ((("Authorization", f"Bearer {token}")), *pairs)
        base = self._elsewhere.get(path, self.base_url)
        exchange = self._send(method, base + path, pairs, body, self._timeout if timeout is None else timeout)
        with self._lock:
            self._record(exchange)
        return exchange

    def get(self, path: str, **options: Any) -> Exchange:
        """GET; the options are those of request()."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Exchange:
        """POST; the options are those of request()."""
        return self.request("POST", path, **options)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _send(self, method: str, url: str, pairs: Headers, body: bytes, timeout: float) -> Exchange:
        prepared = self._session.prepare_request(requests.Request(method, url, data=body or None))
        sent = _complete(pairs, prepared.headers)
        prepared.headers = _RawHeaders(sent)
        started, clock = time.time(), time.monotonic()
        status: int | None = None
        answer_headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        received, error = b"", None
        try:
            with self._session.send(prepared, stream=True, timeout=timeout, allow_redirects=False) as answer:
                received = _read(answer, clock + timeout)
                status, answer_headers = answer.status_code, answer.headers
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            error = _plainly(problem, timeout)
        return Exchange(
            method=method,
            url=addresses.public(prepared.url or url),
            request_headers=sent,
            request_body=body,
            status=status,
            headers=answer_headers,
            body=received,
            duration=time.monotonic() - clock,
            started=started,
            error=error,
        )


def _session(authority: Path | None, certificate: Path | None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(authority) if authority else os.environ.get(OWN_AUTHORITIES) or True
    session.cert = str(certificate) if certificate else None
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers = CaseInsensitiveDict({"User-Agent": "signoff", "Accept": "*/*"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=128, max_retries=0))
    return session


def _pairs(headers: HeaderSet) -> Headers:
    given: Iterable[tuple[str, str]] = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((name, value) for name, value in given)


def _with_default(pairs: Headers, name: str, value: str) -> Headers:
    return pairs if any(given.lower() == name.lower() for given, _ in pairs) else (*pairs, (name, value))


def _complete(pairs: Headers, defaults: Mapping[str, str]) -> Headers:
    for name, value in defaults.items():
        pairs = _with_default(pairs, name, value)
    return pairs


def _read(answer: requests.Response, deadline: float) -> bytes:
    """Read the body as it comes in, piece by piece: the time-out of the client only limits each silence."""
    chunks = []
    while chunk := answer.raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        if time.monotonic() > deadline:
            raise requests.ReadTimeout("the answer was still coming in")
    return b"".join(chunks)


def _plainly(problem: Exception, timeout: float) -> str:
    kinds: list[tuple[type[Exception], str]] = [
        (requests.Timeout, f"{TOO_LATE} {timeout:g} s"),
        (urllib3.exceptions.TimeoutError, f"{TOO_LATE} {timeout:g} s"),
        (urllib3.exceptions.DecodeError, "the answer is not in the encoding that it names"),
        (urllib3.exceptions.ProtocolError, "the connection was cut in the middle of the answer"),
        (requests.exceptions.SSLError, f"no secure connection; {OWN_AUTHORITIES} may name authorities to trust"),
        (requests.ConnectionError, "the connection was refused or cut before an answer came"),
    ]
    said = next((text for kind, text in kinds if isinstance(problem, kind)), "the request could not be sent")
    return f"{said} ({type(problem).__name__}: {problem})"

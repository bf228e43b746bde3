"""Calls of AWS' JSON services, signed by Signature Version 4; as much as DynamoDB needs."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

TIMEOUT_SECONDS = 2.0
SIGNED = "content-type;host;x-amz-date;x-amz-target"
CONTENT_TYPE = "application/x-amz-json-1.0"


class CallFailed(Exception):
    """A call was refused; ``kind`` is the service's name for that."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Account:
    """Whose key signs, and for which region."""

    region: str
    key_id: str
    secret: str


class JsonService:
    """One service at one address; a connection for each thread."""

    def __init__(self, url: str, service: str, target: str, account: Account) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._named = parts.netloc
        self._service = service
        self._target = target
        self._account = account
        self._local = threading.local()

    def call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        """Call once, or again on a new connection if the old one was closed. Raises CallFailed, OSError."""
        body = orjson.dumps(request)
        headers = self._headers(f"{self._target}.{action}", body)
        fresh = getattr(self._local, "connection", None) is None
        try:
            return self._sent(body, headers)
        except (http.client.HTTPException, ConnectionError) as error:
            self.close()
            if fresh:
                raise OSError(f"{type(error).__name__}: {error}") from error
        except OSError:
            self.close()
            raise
        try:
            return self._sent(body, headers)
        except http.client.HTTPException as error:
            self.close()
            raise OSError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None

    def _sent(self, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            connection = self._local.connection = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        try:
            value: dict[str, Any] = orjson.loads(content) if content else {}
        except orjson.JSONDecodeError:
            raise CallFailed(f"status {answer.status}", "the answer is not JSON") from None
        if answer.status != http.client.OK:
            kind_of = str(value.get("__type", f"status {answer.status}")).rpartition("#")[2]
            raise CallFailed(kind_of, str(value.get("message", value.get("Message", ""))))
        return value

    def _headers(self, target: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        signed = {"content-type": CONTENT_TYPE, "host": self._named, "x-amz-date": stamp, "x-amz-target": target}
        canonical = "\n".join(
            [
                *("POST", "/", ""),
                *(f"{name}:{value}" for name, value in signed.items()),
                *("", SIGNED, hashlib.sha256(body).hexdigest()),
            ]
        )
        scope = f"{day}/{self._account.region}/{self._service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(self._key(day), text.encode(), "sha256").hexdigest()
        credential = f"Credential={self._account.key_id}/{scope}"
        authorization = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={SIGNED}, Signature={signature}"
        return {**signed, "authorization": authorization}

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self._account.secret}".encode()
        for part in (day, self._account.region, self._service, "aws4_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        return key

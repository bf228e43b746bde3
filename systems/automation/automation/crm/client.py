"""Asks the CRM to keep a lead, and says what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx
import orjson

from automation.settings import Crm

LARGEST_ANSWER = 1_048_576
LONGEST_RETRY_AFTER = 3_600.0
TRIED_AGAIN = frozenset({408, 425, 429})
"""Client errors that pass."""

SHOWN = 200
"""Characters of an answer that an error repeats."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The CRM has it, under this id."""

    crm_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The CRM will never take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have it, or not: to be tried again with the same key, not before ``retry_after`` seconds have passed."""

    reason: str
    retry_after: float = 0.0
    counts: bool = True
    """Whether it says that the CRM does not work: being asked to slow down does not."""


Outcome = Delivered | Refused | Unclear


@dataclass(frozen=True, slots=True)
class Answer:
    """What a CRM has answered, whole."""

    status: int
    retry_after: str | None
    body: bytes


class Client(Protocol):
    """Delivers to one kind of CRM. Safe for several threads."""

    def deliver(self, key: str, lead: dict[str, Any]) -> Outcome:
        """Have a lead kept, once for each key."""

    def close(self) -> None:
        """Close its connections."""


class Connection:
    """Posts JSON to a CRM, with an end to all patience."""

    def __init__(self, settings: Crm) -> None:
        self._seconds = settings.timeout_seconds
        self._client = httpx.Client(timeout=self._seconds, trust_env=False)

    def post(self, url: str, value: Any, headers: dict[str, str]) -> Answer | Unclear:
        """The whole answer, or why there is none."""
        ends = time.monotonic() + self._seconds
        sent = {"Content-Type": "application/json", **headers}
        try:
            with self._client.stream("POST", url, content=orjson.dumps(value), headers=sent) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if time.monotonic() > ends:
                        return Unclear(f"the answer was not complete after {self._seconds:g} s")
                    if len(body) > LARGEST_ANSWER:
                        return Unclear(f"the answer is larger than {LARGEST_ANSWER} bytes")
        except httpx.TimeoutException:
            return Unclear(f"no answer within {self._seconds:g} s")
        except (httpx.HTTPError, OSError) as error:
            return Unclear(f"cannot be reached: {error or type(error).__name__}")
        return Answer(response.status_code, response.headers.get("Retry-After"), bytes(body))

    def close(self) -> None:
        """Close what is open."""
        self._client.close()


class CrmClient:
    """A CRM that takes leads by HTTP and JSON, and knows idempotency keys."""

    def __init__(self, settings: Crm) -> None:
        self._url = f"{settings.api_base_url}{settings.create_endpoint}"
        key = settings.api_key
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key is not None else {}
        self._connection = Connection(settings)

    def deliver(self, key: str, lead: dict[str, Any]) -> Outcome:
        """Send a lead under an idempotency key."""
        answer = self._connection.post(self._url, lead, {**self._headers, "Idempotency-Key": key})
        if isinstance(answer, Unclear):
            return answer
        return judged(answer.status, answer.retry_after, answer.body)

    def close(self) -> None:
        """Close its connections."""
        self._connection.close()


def judged(status: int, retry_after: str | None, body: bytes) -> Outcome:
    """What an answer means."""
    if 200 <= status < 300:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Unclear(f"status {status} with an answer that is not JSON")
        crm_id = value.get("id") if isinstance(value, dict) else None
        return Delivered(str(crm_id)) if crm_id is not None else Unclear(f"status {status} with an answer without id")
    said = f"status {status}: {body[:SHOWN].decode(errors='replace')}".removesuffix(": ")
    if status >= 500 or status in TRIED_AGAIN:
        return Unclear(said, seconds_of(retry_after), counts=status != 429)
    return Refused(said)


def seconds_of(retry_after: str | None) -> float:
    """The seconds that a Retry-After asks for, as a number or as a date; none if it cannot be read."""
    if retry_after is None:
        return 0.0
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return 0.0
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
    return max(0.0, min(LONGEST_RETRY_AFTER, seconds)) if seconds == seconds else 0.0

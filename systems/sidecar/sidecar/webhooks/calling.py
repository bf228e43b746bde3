"""Makes one call of a webhook, to the address that was checked and to no other."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from sidecar.settings import Network
from sidecar.webhooks import addresses
from sidecar.webhooks.addresses import Target

GONE = 410
LONGEST_RETRY_AFTER = 3_600.0
MOST_READ = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: a status, or why there is none."""

    status: int | None
    problem: str = ""
    retry_after: float = 0.0

    @property
    def delivered(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


class Pinned(AbstractResolver):
    """Gives the address that was checked."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        """The one address."""
        family = socket.AF_INET6 if ":" in self._target.address else socket.AF_INET
        return [ResolveResult(hostname=host, host=self._target.address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing to let go of."""


async def call(url: str, body: bytes, headers: dict[str, str], timeout: float, allowed: tuple[Network, ...]) -> Answer:
    """Call once. Redirects are not followed. Raises AddressRefused."""
    target = await addresses.check(url, allowed)
    connector = aiohttp.TCPConnector(resolver=Pinned(target), use_dns_cache=False, force_close=True)
    try:
        async with (
            asyncio.timeout(timeout),
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            await answer.content.read(MOST_READ)
            return Answer(answer.status, retry_after=seconds_of(answer.headers.get("Retry-After", "")))
    except TimeoutError:
        return Answer(None, "no answer in time")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answer(None, type(error).__name__)


def seconds_of(retry_after: str) -> float:
    """Seconds that a receiver asks to be left alone; dates are not understood."""
    return min(float(retry_after), LONGEST_RETRY_AFTER) if retry_after.isdigit() else 0.0

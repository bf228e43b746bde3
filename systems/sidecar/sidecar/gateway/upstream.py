"""The model that answers chats, by the OpenAI API; what it sends is passed on as it came."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from chassis.problems import Problem

from sidecar.settings import Settings

PATH = "/v1/chat/completions"
CONNECTIONS = 1_024
CONNECT_SECONDS = 5.0
OURS = frozenset({401, 403})
"""Refusals of our own key, which are no business of the caller's."""

PASSED_ON = ("traceparent", "tracestate", "openai-organization", "openai-project")


class Upstream:
    """Connections to the model."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.llm_proxy_url.rstrip("/") + PATH if settings.llm_proxy_url else None
        key = settings.llm_proxy_api_key
        self._key = {"Authorization": f"Bearer {key.get_secret_value()}"} if key is not None else {}
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=settings.sidecar_upstream_timeout_seconds
        )
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Make ready to connect."""
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=15)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=2**18,
        )

    async def stop(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def ask(self, body: bytes, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        """The answer, of which only the head has come; not of 5xx. Raises Problem."""
        if self._url is None:
            raise Problem("upstream-not-configured", 503, "no model is configured (LLM_PROXY_URL)")
        assert self._session is not None, "the upstream is not started"
        passed = {name: headers[name] for name in PASSED_ON if name in headers}
        sent = {"Content-Type": "application/json", "Accept-Encoding": "identity", **passed, **self._key}
        accept = headers.get("accept")
        if accept:
            sent["Accept"] = accept
        try:
            answer = await self._session.post(self._url, data=body, headers=sent, allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise problem_of(error) from None
        if answer.status >= 500 or answer.status in OURS or 300 <= answer.status < 400:
            status = answer.status
            answer.close()
            raise Problem("upstream-failed", 502, f"the model answered with status {status}")
        return answer


def problem_of(error: Exception) -> Problem:
    """What a caller is told of an upstream that could not be asked: nothing of what it said."""
    if isinstance(error, TimeoutError):
        return Problem("upstream-timeout", 504, "the model did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Problem("upstream-unavailable", 503, "the model cannot be reached", headers={"Retry-After": "1"})
    return Problem("upstream-failed", 502, "the model's answer broke off or cannot be read")

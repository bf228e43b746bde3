"""Requests to an upstream, by way of its proxy or directly."""

from __future__ import annotations

from typing import Any

import requests

from support.upstreams.client import Upstream


def ask(
    upstream: Upstream, says: str = "tell me a story", *, stream: bool = False, key: str | None = None, **options: Any
) -> requests.Response:
    """Ask for a chat and read all of the answer."""
    made = opened(upstream, says, stream=stream, key=key, **options)
    made.content  # noqa: B018 -- reads it
    return made


def opened(
    upstream: Upstream, says: str, *, stream: bool = True, key: str | None = None, timeout: float = 5.0, **options: Any
) -> requests.Response:
    """Ask for a chat and leave the answer unread."""
    body = {"model": "small", "messages": [{"role": "user", "content": says}], "stream": stream, **options}
    headers = {"Authorization": f"Bearer {key or upstream.key}"}
    url = f"{upstream.url}/v1/chat/completions"
    return requests.post(url, json=body, headers=headers, timeout=timeout, stream=True)

"""Reads the upstream's answer, whole or piece by piece, for as long as the caller is there."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from chassis.problems import Problem
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from sidecar.gateway.upstream import problem_of

LARGEST_ANSWER = 64 * 1024 * 1024
PASSED_BACK = ("Content-Type", "Retry-After", "Cache-Control")


async def unless_left(receive: Receive, work: Any) -> Any:
    """The result of what is awaited. Raises ClientDisconnect as soon as the caller has left."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(left(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def left(receive: Receive) -> None:
    """Wait until the caller has left."""
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()


async def first_piece(answer: aiohttp.ClientResponse) -> bytes:
    """The beginning of a stream. Raises Problem: until it has come nothing was promised."""
    try:
        piece = await answer.content.readany()
    except (aiohttp.ClientError, TimeoutError) as error:
        piece = left_over(answer)
        if not piece:
            raise problem_of(error) from None
    if not piece:
        raise Problem("upstream-failed", 502, "the model's answer is empty")
    return piece


def left_over(answer: aiohttp.ClientResponse) -> bytes:
    """What has come of an answer and was not read before it failed; the library's own methods only raise by then."""
    return answer.content._read_nowait(-1)


async def read(answer: aiohttp.ClientResponse) -> bytes:
    """A whole answer. Raises Problem."""
    try:
        content = (
            await answer.content.read(LARGEST_ANSWER + 1) if answer.content_length is None else await answer.read()
        )
        while answer.content_length is None and len(content) <= LARGEST_ANSWER and not answer.content.at_eof():
            content += await answer.content.read(LARGEST_ANSWER + 1 - len(content))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise problem_of(error) from None
    if len(content) > LARGEST_ANSWER:
        answer.close()
        raise Problem("upstream-failed", 502, "the model's answer is too large")
    return content


def passed_back(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """The headers of an answer that are the caller's."""
    return {name.lower(): answer.headers[name] for name in PASSED_BACK if name in answer.headers}

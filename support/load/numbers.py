"""Numbers that make each request another than all before it, in its own load and in those before.

Who is asked the same again and again may answer from memory, and what is kept of the requests never grows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

MARK = "{request-number}"
"""Stands in a call's path, body and expected answer for the number of the request; it is as long as that."""
_MARK = MARK.encode()


def first() -> int:
    """The number of a load's first request: microseconds since 1970.

    No load sends a million requests a second, so those of the next one begin above its last. Until the year 2286 they
    have 16 digits, and are below 2**53, so that every reader of JSON knows them exactly.
    """
    return time.time_ns() // 1000


def of_worker(first: int, index: int, workers: int) -> Iterator[bytes]:
    """The numbers of worker ``index`` of ``workers``, as they are written."""
    return map(b"%d".__mod__, count(first + index, workers))


def parts(text: bytes) -> list[bytes]:
    """What is around each mark; ``number.join(parts)`` is the text with the number in it."""
    return text.split(_MARK)


def put(text: bytes, number: bytes) -> bytes:
    """The text with the number in the place of each mark."""
    return text.replace(_MARK, number)

"""Which kind of failure an error is, whichever HTTP client raised it."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from support.load.result import Failure

_LOST = ("HTTPConnectionClosed", "RemoteDisconnected", "IncompleteRead", "ProtocolError")
"""How the HTTP clients call the end of a connection before that of the answer."""
_RESET = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN)
_LONGEST = 200


class TooLate(BaseException):
    """The time-out of a request; no client can take it for an error of its own and try again."""


def kind_of(error: BaseException) -> tuple[Failure, str]:
    """The kind of a failure, and what it said."""
    said = (str(error) or type(error).__name__)[:_LONGEST]
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return "refused", said
        if isinstance(cause, (TooLate, TimeoutError)) or "Timeout" in type(cause).__name__:
            return "time-out", said
        if isinstance(cause, OSError) and cause.errno in _RESET:
            return "reset", said
        if type(cause).__name__ in _LOST:
            return "reset", said
    return "other", said


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised for, as far as the clients tell."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]

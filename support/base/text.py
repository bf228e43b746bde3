"""Text that is written anywhere: what UTF-8 cannot hold is kept as an escape, such as ``\\ud83d``, never refused."""

from __future__ import annotations

import re
import sys
from io import TextIOWrapper

ESCAPE = "backslashreplace"
"""The error handler for every encoding and decoding of text that comes from outside."""


_HALVES = re.compile("[\ud800-\udfff]")


def encoded(text: str) -> bytes:
    """The text in UTF-8; halves of characters (lone surrogates) are escaped."""
    return text.encode("utf-8", ESCAPE)


def decoded(content: bytes) -> str:
    """The text of bytes in UTF-8; bytes that are none are escaped."""
    return content.decode("utf-8", ESCAPE)


def writable(text: str) -> str:
    """The text with what UTF-8 cannot hold escaped, so that every later writer can write it."""
    return encoded(text).decode("utf-8")


def writable_json(written: str) -> str:
    """A JSON text that UTF-8 can hold: what it cannot is escaped within its strings, which then read as writable()."""
    return _HALVES.sub(lambda half: writable(half[0]).replace("\\", "\\\\"), written)


def escape_on_console() -> None:
    """From now on have standard output and error escape what their encoding cannot hold."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ESCAPE)

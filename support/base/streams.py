"""Standard output and error that no closed pipe and no locale can end a run by."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import Any, TextIO

_NOBODY_READS = (errno.EPIPE, errno.EIO)
"""How writing fails once the reader of a pipe has gone, or the terminal."""
_PLAIN = {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "·": "*", "→": "->", "\u00a0": " "}
"""What stands for typographic characters where the terminal's encoding has none of them."""
_HANDLER = "signoff.plain"


class _Unread(io.FileIO):
    """A file descriptor whose output is dropped, without an error, once nobody can read it any more."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _NOBODY_READS:
                raise
            return len(memoryview(data).cast("B"))


def make_robust() -> list[tuple[TextIO | None, TextIO]]:
    """Replace standard output and error. Returns each former stream with its replacement, for who holds the former."""
    replaced = []
    for name in ("stdout", "stderr"):
        former: TextIO | None = getattr(sys, name)
        replaced.append((former, _robust(former)))
        setattr(sys, name, replaced[-1][1])
    return replaced


def _robust(stream: TextIO | None) -> TextIO:
    if stream is None:  # the descriptor is closed: opening takes its number, so that no other file gets it
        return open(os.devnull, "w", encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper) or isinstance(getattr(stream.buffer, "raw", None), _Unread):
        return stream
    try:
        raw = _Unread(stream.fileno(), "w", closefd=False)
    except (OSError, ValueError):  # no file of the operating system's
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=_HANDLER,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Spell what the encoding lacks in ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    spelt = (_PLAIN.get(each) or each.encode("ascii", "backslashreplace").decode("ascii") for each in lacking)
    return "".join(spelt), error.end


codecs.register_error(_HANDLER, _plain)

"""Writes requests as command lines of curl, for whoever repeats a story by hand."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

PREAMBLE = 'URL="${URL:-http://127.0.0.1:8080}"  # where the system answers\nset -u'
"""How a script begins whose commands are written here."""
AUTHORIZED = PREAMBLE + '\n: "${TOKEN:?give the administrator\'s token}"'
"""The same where callers need a token."""


def command(
    method: str,
    path: str,
    body: str = "",
    media_type: str = "application/json",
    token: bool = False,
    headers: Mapping[str, str] | None = None,
) -> str:
    """One request to the system at $URL; with ``token``, as the caller whose token is in $TOKEN."""
    parts = [f'curl -sS -X {method} "$URL"{shlex.quote(path)}']
    if token:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in (headers or {}).items()]
    if body:
        parts += [f"-H {shlex.quote(f'Content-Type: {media_type}')}", f"--data-binary {shlex.quote(body)}"]
    return " \\\n  ".join(parts)

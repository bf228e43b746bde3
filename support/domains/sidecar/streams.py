"""Reads the streamed answer of a chat piece by piece, and keeps what came although the connection broke or was left."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from requests.structures import CaseInsensitiveDict

from support.domains.sidecar import api
from support.http import Exchange
from support.world.core import World

LARGEST = 64 * 1024


def read(world: World, body: api.Body, headers: Mapping[str, str], most: int | None = None) -> Exchange:
    """Have a user chat, and read so many pieces of the answer, or all; then the connection is closed."""
    url = world.deployment.url + world.endpoint("chat")
    address, sent = urlsplit(url), json.dumps(body).encode()
    given = {"Content-Type": "application/json", **headers}
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=world.settings.timeouts.http)
    started, clock = time.time(), time.monotonic()
    token = {"Authorization": f"Bearer {world.system.token(api.USER)}"}
    connection.request("POST", address.path, body=sent, headers={**given, **token})
    answer = connection.getresponse()
    came, error = _pieces(answer, most)
    connection.close()
    took = time.monotonic() - clock
    told = CaseInsensitiveDict(answer.getheaders())
    seen = Exchange("POST", url, tuple(given.items()), sent, answer.status, told, came, took, started, error)
    world.show(str(seen), seen.describe())
    return seen


def _pieces(answer: http.client.HTTPResponse, most: int | None) -> tuple[bytes, str | None]:
    """What came, and how it broke off, if it did."""
    pieces: list[bytes] = []
    try:
        while (most is None or len(pieces) < most) and (piece := answer.read1(LARGEST)):
            pieces.append(piece)
    except (http.client.HTTPException, OSError) as problem:
        return b"".join(pieces), f"the answer broke off ({type(problem).__name__}: {problem})"
    return b"".join(pieces), None

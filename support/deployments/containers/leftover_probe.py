"""Whether an engine holds anything of the suite's at all, asked without the SDK, which takes far longer to load."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Iterator
from urllib.parse import quote

from support.deployments.containers import labels

_USUAL = "unix:///var/run/docker.sock"
_PATIENCE = 5.0


def empty(run_id: str = "") -> bool:
    """Whether nothing that the suite made is there, of one run or of every run and cut-short build.

    Where no engine answers nothing is to be seen. False where it cannot be told in this way.
    """
    if not address().startswith("unix://"):
        return False
    connection = _Connection(address().removeprefix("unix://"))
    try:
        connection.connect()
    except OSError:
        return True
    try:
        return not any(_asked(connection, question) for question in _questions(run_id))
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def address() -> str:
    """Where an engine is looked for."""
    return os.environ.get("DOCKER_HOST") or _USUAL


class _Connection(http.client.HTTPConnection):
    """HTTP over the engine's socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(self._path)


def _questions(run_id: str) -> Iterator[str]:
    wanted = _filter(label=f"{labels.RUN}={run_id}" if run_id else labels.RUN)
    yield f"/containers/json?all=1&filters={wanted}"
    yield f"/networks?filters={wanted}"
    yield f"/volumes?filters={wanted}"
    yield f"/images/json?filters={wanted}"
    if not run_id:
        yield f"/images/json?filters={_filter(label=labels.CACHE, dangling='true')}"


def _filter(**given: str) -> str:
    return quote(json.dumps({name: [value] for name, value in given.items()}))


def _asked(connection: _Connection, question: str) -> bool:
    connection.request("GET", question)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    if answer.status != http.HTTPStatus.OK:
        raise ValueError(f"{question}: {answer.status}")
    return bool(found["Volumes"] if isinstance(found, dict) else found)

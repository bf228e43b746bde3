"""Whether a server answers yet."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import requests

from support.systems import System

_PATIENCE = 2.0
"""Seconds that one look may take; a server that is starting up either refuses or answers fast."""


def ready_path(system: System) -> str | None:
    """The path that says the system is ready: its readiness, else liveness, else health; None if it has none."""
    return next((system.endpoints[name] for name in ("ready", "live", "health") if name in system.endpoints), None)


def answers(url: str, path: str | None) -> bool:
    """Whether a GET of the path is answered with 2xx; without a path, whether a connection is accepted."""
    if path is None:
        return _accepts(url)
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url + path, timeout=_PATIENCE, allow_redirects=False).status_code // 100 == 2
        except (requests.RequestException, OSError):
            return False


def _accepts(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection(
            (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)), _PATIENCE
        ):
            return True
    except OSError:
        return False

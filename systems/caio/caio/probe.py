"""Asks a service whether it is well, over the health path its contract names."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Literal

from caio.contracts import ServiceContract
from caio.errors import NotProbeable

PROBE_TIMEOUT_SECONDS = 2.0


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is no answer to a probe: following it would ask somebody else."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


# No proxies: a probe asks the service itself.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())


def probe_health(contract: ServiceContract, timeout: float = PROBE_TIMEOUT_SECONDS) -> Literal["healthy", "unhealthy"]:
    """Healthy is an answer in the 200s within `timeout` seconds; raises NotProbeable without a health path."""
    path = contract.api.health
    if path is None:
        raise NotProbeable(f"{contract.service_id!r} cannot be probed: its contract names no api.health")
    try:
        with _opener.open(contract.api.base_url.rstrip("/") + path, timeout=timeout) as answer:
            return "healthy" if 200 <= answer.status < 300 else "unhealthy"
    except (urllib.error.URLError, HTTPException, OSError, ValueError):
        return "unhealthy"

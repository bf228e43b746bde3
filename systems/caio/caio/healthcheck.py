"""``caio healthcheck``: asks the CAIO of the same container whether it is ready; needs the standard library alone."""

from __future__ import annotations

import http.client
import ipaddress
import os
import ssl
import sys
from collections.abc import Mapping

PATH = "/health/ready"
TIMEOUT_SECONDS = 2.0

READY, NOT_READY = 0, 1


def check(environment: Mapping[str, str] | None = None) -> int:
    """Ask once, where the settings say that CAIO listens. Exit status 0: ready, 1: not, with a line that says why."""
    found = os.environ if environment is None else environment
    try:
        problem = problem_of(connection_to(found))
    except (OSError, ValueError, http.client.HTTPException) as error:
        problem = str(error) or type(error).__name__
    if problem:
        print(f"caio: not ready: {problem}", file=sys.stderr)  # noqa: T201
        return NOT_READY
    return READY


def connection_to(environment: Mapping[str, str]) -> http.client.HTTPConnection:
    """A connection that is yet to be made. Raises ValueError for a port that is none."""
    host, port = reachable(environment.get("CAIO_HOST") or "127.0.0.1"), int(environment.get("CAIO_PORT") or 8080)
    if not environment.get("CAIO_TLS_CERT_FILE"):
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    # The certificate names the service as its callers know it, not this machine, and one's own word needs no proof.
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=trusting)


def reachable(host: str) -> str:
    """Where to ask for what listens on a host: on all addresses also means on the loopback."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def problem_of(connection: http.client.HTTPConnection) -> str:
    """What keeps it from being ready; empty if nothing does."""
    try:
        connection.request("GET", PATH)
        answer = connection.getresponse()
        return "" if answer.status == http.client.OK else f"{PATH} answered with status {answer.status}"
    finally:
        connection.close()


if __name__ == "__main__":
    # So it starts without the rest of CAIO: a container is asked every other second.
    sys.exit(check())

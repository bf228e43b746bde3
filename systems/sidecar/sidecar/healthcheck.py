"""``python3 healthcheck.py PORT``: whether what listens at a port is up; needs the standard library alone."""

from __future__ import annotations

import http.client
import sys

TIMEOUT_SECONDS = 2.0


def check(port: int) -> int:
    """Exit status 0: it answers for its health; 1: not, with a line that says why."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"not up: {error or type(error).__name__}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        connection.close()
    if status != http.client.OK:
        print(f"not up: /health answered with status {status}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(check(int(sys.argv[1])))

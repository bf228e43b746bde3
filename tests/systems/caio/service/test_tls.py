"""CAIO over TLS as a real process: what it speaks, and the one line that ends a start with an unusable certificate."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.systems.caio.service.conftest import Running, until
from tests.systems.chassis.test_tls import Make, make

__all__ = ["make"]

Start = Callable[..., Running]


def test_it_speaks_tls_and_nothing_else(start: Start, make: Make) -> None:
    certificate, key = make("localhost")
    running = start(ready=None, TLS_CERT_FILE=certificate, TLS_KEY_FILE=key)
    port = int(running.url.rpartition(":")[2])
    until(lambda: "Application startup complete" in running.log.read_text(), "it serves")
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.check_hostname = False
    answer = httpx.get(f"https://127.0.0.1:{port}/health", verify=trusting, trust_env=False)
    assert answer.json()["status"] == "healthy"
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
    assert _agreed(port, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    running.process.terminate()
    assert running.process.wait(10) == 0


@pytest.mark.parametrize("missing", ["TLS_CERT_FILE", "TLS_KEY_FILE"])
def test_one_without_the_other_ends_the_start(start: Start, make: Make, missing: str) -> None:
    certificate, key = make()
    files = {"TLS_CERT_FILE": certificate, "TLS_KEY_FILE": key}
    del files[missing]
    said = _refusal(start(ready=None, **files))
    assert f"CAIO_{missing} is missing" in said


def test_an_unusable_file_is_named(start: Start, make: Make, tmp_path: Path) -> None:
    old, key = make("old", begins=-2, ends=-1)
    assert f"CAIO_TLS_CERT_FILE='{old}' is unusable: the certificate expired at" in _refusal(
        start(ready=None, TLS_CERT_FILE=old, TLS_KEY_FILE=key)
    )


def test_a_key_is_never_shown(start: Start, make: Make) -> None:
    certificate, _ = make("one")
    _, other = make("two")
    said = _refusal(start(ready=None, TLS_CERT_FILE=certificate, TLS_KEY_FILE=other))
    assert f"CAIO_TLS_KEY_FILE='{other}' is unusable: the key belongs to another certificate" in said
    assert "PRIVATE KEY" not in said


def _refusal(running: Running) -> str:
    assert running.process.wait(10) == 2
    (line,) = running.log.read_text().splitlines()
    return str(json.loads(line)["event"])


def _agreed(port: int, newest: ssl.TLSVersion) -> str | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = newest
    with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain) as secured:
        return secured.version()

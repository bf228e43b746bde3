"""``caio healthcheck``: 0 when the CAIO of the same settings is ready, else 1 and why."""

from __future__ import annotations

import datetime
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from caio import healthcheck
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.systems.caio.service.conftest import Running, free_port

Start = Callable[..., Running]


def ask(running: Running, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CAIO_")}
    environment = {**clean, "CAIO_PORT": str(running.http.base_url.port), **variables}
    command = [sys.executable, "-m", "caio", "healthcheck"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_it_tells_what_readiness_tells(start: Start, tmp_path: Path) -> None:
    running = start()
    fine = ask(running)
    assert (fine.returncode, fine.stdout, fine.stderr) == (0, "", "")
    (tmp_path / "data" / "signing-key.pem").write_text("nonsense")
    failed = ask(running, CAIO_HOST="0.0.0.0")
    assert (failed.returncode, failed.stderr) == (1, "caio: not ready: /health/ready answered with status 503\n")


def test_what_does_not_listen_or_does_not_answer_is_not_ready(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert healthcheck.check({"CAIO_PORT": str(free_port())}) == 1
    assert "refused" in capsys.readouterr().err
    assert healthcheck.check({"CAIO_PORT": "eighty"}) == 1
    assert "eighty" in capsys.readouterr().err
    monkeypatch.setattr(healthcheck, "TIMEOUT_SECONDS", 0.05)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as silent:
        assert healthcheck.check({"CAIO_PORT": str(silent.server_port)}) == 1
    assert "timed out" in capsys.readouterr().err


class Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_it_takes_its_own_certificate_whoever_it_names(tmp_path: Path) -> None:
    key, certificate = made_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), Fine) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        found = healthcheck.check({"CAIO_PORT": str(server.server_port), "CAIO_TLS_CERT_FILE": str(certificate)})
        thread.join(10)
    assert found == 0


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for another name than this machine's, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "caio.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "key.pem", folder / "certificate.pem"


@pytest.mark.parametrize(
    ("host", "asked"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.1", "127.0.0.1"), ("10.1.2.3", "10.1.2.3"), ("caio", "caio")],
)
def test_it_asks_where_it_listens(host: str, asked: str) -> None:
    assert healthcheck.reachable(host) == asked

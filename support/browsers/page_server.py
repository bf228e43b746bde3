"""Serves one small page to a browser that takes this server for every site of the web, over HTTP and HTTPS alike."""

from __future__ import annotations

import base64
import datetime
import hashlib
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
PAGE = Path(__file__).with_name("page.html")

_TLS_BEGINS = b"\x16"
"""The first byte of a TLS connection (a handshake record, RFC 8446, 5.1)."""
_SLOWEST = 10.0
"""Seconds that a connection may be silent."""


class PageServer:
    """The page on a loopback port of its own. ``fingerprint`` is that of the key it shows to every HTTPS visitor."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        context, self.fingerprint = _certificate(folder)
        page = PAGE.read_bytes()

        class Handler(_Handler):
            tls, content = context, page

        self._server = _Server((HOST, 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="page server", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser drops connections as it likes; what matters is what the page's script reports."""


class _Handler(BaseHTTPRequestHandler):
    tls: ssl.SSLContext
    content: bytes

    def setup(self) -> None:
        self.request.settimeout(_SLOWEST)
        if self.request.recv(1, socket.MSG_PEEK) == _TLS_BEGINS:
            self.request = self.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        found = self.path == "/"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.content) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(self.content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said: the page is the same every time."""


def _certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """TLS with a key made for this moment, and the key's fingerprint by which the browser is told to trust it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signoff's page server")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    unencrypted = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    pem = folder / "page-server.pem"
    pem.touch(mode=0o600)
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return context, base64.b64encode(hashlib.sha256(public).digest()).decode()

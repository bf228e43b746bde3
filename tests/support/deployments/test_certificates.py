"""The authority of a run: whom its clients trust, what they refuse, and where certificates are written."""

from __future__ import annotations

import http.server
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.base.systems import System, find, load
from support.deployments import Authority, Issued, LeasePool
from support.deployments.readiness import probe
from support.http import Exchange, HttpClient
from tests.support.deployments.conftest import DEFINITION

Serve = Callable[[Issued], str]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serves with a certificate until the test ends; gives the address."""
    servers: list[tuple[http.server.ThreadingHTTPServer, threading.Thread]] = []

    def run(issued: Issued) -> str:
        folder = tmp_path / f"served-{len(servers)}"
        files = {"tls_certificate": folder / "certificate.pem", "tls_key": folder / "key.pem"}
        issued.write(files)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files["tls_certificate"], files["tls_key"])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        return f"https://127.0.0.1:{server.server_address[1]}"

    yield run
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path) -> Path:
    return authority.save(tmp_path / "authority.pem")


def get(url: str, trusted: Path) -> Exchange:
    client = HttpClient(url, lambda _: None, authority=trusted)
    try:
        return client.get("/")
    finally:
        client.close()


def test_its_certificates_are_trusted(authority: Authority, trusted: Path, serve: Serve) -> None:
    url = serve(authority.issue())
    assert get(url, trusted).status == 200
    assert probe(url, "/", trusted).ready


def test_those_of_another_are_not_even_if_the_machine_trusts_it(
    trusted: Path, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Authority()
    for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(variable, str(other.save(tmp_path / "other.pem")))
    url = serve(other.issue())
    assert "CERTIFICATE_VERIFY_FAILED" in (get(url, trusted).error or "")
    assert not probe(url, "/", trusted).ready


@pytest.mark.parametrize(
    ("names", "lasting", "said"),
    [
        (["somebody-else.example"], timedelta(days=1), "doesn't match|IP address mismatch|not valid for"),
        ([], timedelta(minutes=-1), "has expired"),
    ],
)
def test_one_for_another_name_or_that_is_over_is_refused(
    authority: Authority, trusted: Path, serve: Serve, names: list[str], lasting: timedelta, said: str
) -> None:
    error = get(serve(authority.issue(*names, lasting=lasting)), trusted).error or ""
    assert any(each in error for each in said.split("|")), error


def test_the_key_is_readable_by_its_owner_alone(authority: Authority, tmp_path: Path) -> None:
    files = {"tls_certificate": tmp_path / "c.pem", "tls_key": tmp_path / "k.pem"}
    authority.issue().write(files)
    authority.issue().write(files)
    assert stat.S_IMODE(files["tls_key"].stat().st_mode) == 0o600


def test_a_profile_over_https_needs_files_for_its_certificate(tmp_path: Path) -> None:
    path = tmp_path / "tiny" / "system.yaml"
    path.parent.mkdir()
    path.write_text(DEFINITION.replace("loud: {environment", "loud: {scheme: https, environment"))
    with pytest.raises(UsageError, match=r"profiles\.loud\.scheme: files must name tls_certificate and tls_key"):
        load(path)


def test_caio_runs_in_its_tls_profile_and_is_ready_over_https(tmp_path: Path) -> None:
    caio: System = find("caio")
    pool = LeasePool(Settings(reports=tmp_path / "reports"), caio)
    try:
        deployment = pool.acquire("process", "tls").deployment
        assert deployment.url.startswith("https://127.0.0.1:")
        assert deployment.authority is not None
        client = HttpClient(deployment.url, lambda _: None, authority=deployment.authority)
        assert client.get(caio.endpoint("health")).json()["status"] == "healthy"
    finally:
        pool.close()

"""Looks before a run: whether the system answers at the URL, and nothing else does."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from support.base import systems
from support.base.outcomes import UsageError
from support.base.settings import Settings
from support.deployments import RemoteDeployment
from support.run import preflight

from .conftest import Checkout


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers by its path: as a system that is ready, one that is not, or a web site that shows its own page."""

    answers: ClassVar[dict[str, tuple[int, str]]] = {
        "/up/health": (200, '{"status": "healthy"}'),
        "/old/health": (200, '{"status": "healthy", "version": "0.0.9"}'),
        "/down/health": (503, '{"status": "starting"}'),
        "/site/health": (200, "<!DOCTYPE html><html>Welcome</html>"),
    }

    def do_GET(self) -> None:
        status, body = self.answers.get(self.path, (404, "no such page"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def settings(**values: str) -> Settings:
    return Settings.model_validate({"deployment": "remote", **values})


def test_a_system_that_is_ready_is_reached(checkout: Checkout, url: str) -> None:
    preflight.check_reachable(systems.load(checkout.root / "systems/tiny/system.yaml"), settings(url=f"{url}/up"))


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/down", r"GET /health: 503 \{\"status\": \"starting\"\}"),
        ("/site", "GET /health: 200 and a web page"),
        ("/else", "GET /health: 404 no such page"),
    ],
)
def test_something_else_at_the_url_is_told_with_what_it_answers(
    checkout: Checkout, url: str, path: str, seen: str
) -> None:
    tiny = systems.load(checkout.root / "systems/tiny/system.yaml")
    with pytest.raises(UsageError, match=rf"Tiny is not ready at {url}{path} \({seen}.*\): check the URL"):
        preflight.check_reachable(tiny, settings(url=url + path))


def test_a_deployment_at_no_address_is_refused(checkout: Checkout) -> None:
    tiny = systems.load(checkout.root / "systems/tiny/system.yaml")
    with pytest.raises(UsageError, match="give one like https://"):
        RemoteDeployment(tiny, "htp:/x")


def test_a_url_where_nothing_answers(checkout: Checkout) -> None:
    tiny = systems.load(checkout.root / "systems/tiny/system.yaml")
    with pytest.raises(UsageError, match="connection refused"):
        preflight.check_reachable(tiny, settings(url="http://127.0.0.1:1"))


def test_another_version_than_the_definition_names_is_told(checkout: Checkout, url: str) -> None:
    tiny = systems.load(checkout.root / "systems/tiny/system.yaml")
    with pytest.raises(UsageError, match=rf"says it is version 0\.0\.9, but .* says {tiny.version}"):
        preflight.check_reachable(tiny, settings(url=f"{url}/old"))

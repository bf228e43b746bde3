"""Looks before a run: the folder of reports, room on the disk, and whether anything answers at the URL."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

import pytest

from support import systems
from support.outcomes import UsageError
from support.run import preflight
from support.settings import Settings

from .conftest import Checkout


class Usage(NamedTuple):
    total: int
    used: int
    free: int


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers by its path: as a system that is ready, one that is not, or a web site that shows its own page."""

    answers: ClassVar[dict[str, tuple[int, str]]] = {
        "/up/health": (200, '{"status": "healthy"}'),
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


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    preflight.check_reports(tmp_path / "new" / "reports")
    assert list((tmp_path / "new" / "reports").iterdir()) == []


def test_a_disk_that_is_nearly_full_is_told_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 3 * 2**20))
    with pytest.raises(UsageError, match=r"only 3 MB are free .* a run needs 200 MB; make room"):
        preflight.check_reports(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(UsageError, match=r"cannot be written: Permission denied; make it writable .* --reports"):
        preflight.check_reports(tmp_path)


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


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://127.0.0.1:1", "connection refused"), ("htp:/x", "give one like https://")],
)
def test_a_url_where_nothing_answers(checkout: Checkout, url: str, why: str) -> None:
    tiny = systems.load(checkout.root / "systems/tiny/system.yaml")
    with pytest.raises(UsageError, match=why):
        preflight.check_reachable(tiny, settings(url=url))

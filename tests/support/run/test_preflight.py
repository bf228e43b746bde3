"""Looks before a run: the folder of reports, room on the disk, and whether anything answers at the URL."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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
    """Answers anything with 503: something is there, and that is all preflight asks."""

    def do_GET(self) -> None:
        self.send_error(503)

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


def test_whatever_answers_is_reachable(checkout: Checkout, url: str) -> None:
    preflight.check_reachable(systems.load(checkout.root / "systems/tiny/system.yaml"), settings(url=url))


def test_a_url_where_nothing_answers(checkout: Checkout, url: str) -> None:
    tiny = systems.load(checkout.root / "systems/tiny/system.yaml")
    with pytest.raises(UsageError, match=r"nothing answers at --url http://127.0.0.1:1: .* is Tiny running there"):
        preflight.check_reachable(tiny, settings(url="http://127.0.0.1:1"))

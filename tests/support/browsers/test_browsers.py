"""A real browser: what its pages are given, that it reaches nothing else, and that nothing of it is ever left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest

from support import browsers
from support.base.outcomes import Broken, NotVerified
from support.base.settings import Settings, Timeouts
from support.base.waiting import until
from support.browsers import BrowserResult, BrowserSession, Call, finding
from support.browsers.page_server import PageServer
from support.deployments import RunJournal, processes, sweep

Test = TypeVar("Test", bound=Callable[..., Any])

HOST = "127.0.0.1"
APPROVED = "https://example.com"
JSON = {"Authorization": "Bearer letmein", "Content-Type": "application/json"}

SUITE = """
import sys
from pathlib import Path
from support.browsers import BrowserSession
from support.deployments import RunJournal
from support.base.settings import Settings

settings = Settings(reports=Path(sys.argv[1]))
browser = BrowserSession(settings, settings.scratch / "browser", RunJournal(settings.scratch, "main"), ())
browser.start()
print(settings.run_id, flush=True)
{then}
"""
"""A run of the suite that has a browser open."""


def needs_browser(test: Test) -> Test:
    """Decorator: say so and skip where there is no browser, never on CI."""
    lacks = bool(browsers.why_not()) and "CI" not in os.environ
    marked: Test = pytest.mark.browser(pytest.mark.skipif(lacks, reason=browsers.why_not())(test))
    return marked


class Api(BaseHTTPRequestHandler):
    """An API for pages of one origin that notes what it is asked for."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.command)
        self.send_response(200)
        if self.headers.get("Origin") == APPROVED:
            self.send_header("Access-Control-Allow-Origin", APPROVED)
            self.send_header("Access-Control-Allow-Headers", "authorization, content-type")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    do_POST = do_OPTIONS = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    Api.asked.clear()
    server = ThreadingHTTPServer((HOST, 0), Api)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{HOST}:{server.server_address[1]}/things"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(reports=tmp_path / ("a-long-name-of-a-folder-" * 4), timeouts=Timeouts(start=30, http=20))


def session(settings: Settings) -> BrowserSession:
    return BrowserSession(settings, settings.scratch / "browser", RunJournal(settings.scratch, "main"), (HOST,))


@pytest.fixture
def browser(settings: Settings) -> Iterator[BrowserSession]:
    opened = session(settings)
    opened.start()
    yield opened
    opened.close()
    assert processes.of_run(settings.run_id) == []
    assert not opened.folder.exists()


@needs_browser
def test_a_page_of_an_approved_origin_is_given_the_answer(browser: BrowserSession, api: str) -> None:
    result = browser.visit(APPROVED, Call("POST", api, JSON, "{}"))
    assert (result.given, result.withheld, result.status, result.body) == (True, False, 200, "hello")
    assert Api.asked == ["OPTIONS", "POST"]
    assert result.picture.startswith(b"\x89PNG")


@needs_browser
@pytest.mark.parametrize("origin", ["https://example.com:8443", "http://example.com", "http://localhost:3000"])
def test_a_page_of_another_origin_is_kept_out(browser: BrowserSession, api: str, origin: str) -> None:
    simple, asked_first = browser.visit(origin, Call("GET", api)), browser.visit(origin, Call("POST", api, JSON, "{}"))
    assert [(each.given, each.withheld, each.body) for each in (simple, asked_first)] == [(False, True, "")] * 2
    assert Api.asked == ["GET", "OPTIONS"]
    assert "blocked by CORS policy" in asked_first.describe()


@needs_browser
def test_no_answer_at_all_is_not_taken_for_an_answer_kept_from_the_page(browser: BrowserSession) -> None:
    with PageServer(browser.folder / "elsewhere") as gone:
        address = f"http://{HOST}:{gone.port}/"
    result = browser.visit(APPROVED, Call("GET", address))
    assert (result.given, result.withheld) == (False, False)


@needs_browser
def test_nothing_else_of_the_network_is_reached(browser: BrowserSession) -> None:
    result = browser.visit("https://www.debian.org", Call("GET", "https://www.debian.org/"))
    assert (result.status, "A page that calls an API" in result.body) == (200, True)


@needs_browser
def test_a_page_that_cannot_be_opened_is_the_suites_trouble(browser: BrowserSession, api: str) -> None:
    with pytest.raises(Broken, match="could not be tried"):
        browser.visit(f"http://{HOST}:9", Call("GET", api))


@needs_browser
def test_a_browser_that_is_gone_is_the_suites_trouble(settings: Settings, api: str) -> None:
    opened = session(settings)
    opened.start()
    for process in processes.of_run(settings.run_id):
        processes.end(process)
    with pytest.raises(Broken, match=r"could not be tried|is gone"):
        opened.visit(APPROVED, Call("GET", api))
    opened.close()
    opened.close()
    assert processes.of_run(settings.run_id) == []


@needs_browser
def test_a_killed_run_leaves_no_browser_after_the_next_sweep(tmp_path: Path) -> None:
    suite = _suite(tmp_path, "import time; time.sleep(600)")
    assert suite.stdout is not None
    run_id = suite.stdout.readline().strip()
    assert processes.of_run(run_id)
    suite.kill()
    suite.communicate()
    sweep(tmp_path / "reports")
    until(lambda: not processes.of_run(run_id), 10, "the browser to end")
    assert not (tmp_path / "reports" / "run" / run_id).exists()


@needs_browser
def test_a_run_that_ends_without_closing_its_browser_leaves_none(tmp_path: Path) -> None:
    suite = _suite(tmp_path, "raise KeyboardInterrupt")
    run_id = suite.communicate(timeout=60)[0].strip()
    assert processes.of_run(run_id) == []
    assert not (tmp_path / "reports" / "run" / run_id / "browser").exists()


def _suite(tmp_path: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUITE.replace("{then}", then), str(tmp_path / "reports")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_where_there_is_no_browser_the_reason_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert browsers.find() is None
    assert "on Debian and Ubuntu: apt-get install chromium" in browsers.why_not()
    with pytest.raises(NotVerified, match="apt-get install chromium"):
        session(settings).start()


def test_another_name_of_the_browser_is_found_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chrome = tmp_path / "google-chrome"
    chrome.write_text("#!/bin/sh\necho Chrome 200.1 built on sand\n")
    chrome.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(finding, "NAMES", ("google-chrome",))
    assert (browsers.find(), browsers.why_not(), finding.version(chrome)) == (chrome, "", "Chrome 200.1")


def test_a_snap_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrapper = tmp_path / "chromium-browser"
    wrapper.write_text('#!/bin/sh\nexec /snap/bin/chromium "$@"\n')
    wrapper.chmod(0o755)
    (tmp_path / "snap").write_bytes(b"")
    (tmp_path / "snap").chmod(0o755)
    (tmp_path / "chromium").symlink_to("snap")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browsers.find() is None


def test_the_page_server_answers_over_http_and_has_one_page(tmp_path: Path) -> None:
    with PageServer(tmp_path) as pages, urllib.request.urlopen(f"http://{HOST}:{pages.port}/", timeout=5) as answer:
        assert b"A page that calls an API" in answer.read()
    assert (tmp_path / "page-server.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("status", "error", "console", "given", "withheld"),
    [
        (200, "", (), True, False),
        (500, "", (), True, False),
        (None, "TypeError: Failed to fetch", ("… has been blocked by CORS policy: …",), False, True),
        (None, "TypeError: Failed to fetch", ("net::ERR_CONNECTION_REFUSED",), False, False),
        (None, "TypeError: Failed to fetch", (), False, False),
    ],
)
def test_what_a_script_was_given(
    status: int | None, error: str, console: tuple[str, ...], given: bool, withheld: bool
) -> None:
    result = BrowserResult(APPROVED, Call("GET", "http://x/"), status, {}, "", error, console, b"")
    assert (result.given, result.withheld) == (given, withheld)

"""The report shows how scenarios ended before: each run once, and damage costs a line, not the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.evidence import report, report_history
from support.evidence.report_history import KEPT, RUN, ReportHistory
from tests.support.evidence.test_report import CHROMIUM, needs_browser, needs_generator, result


def line(run: str | None, status: str = "passed") -> str:
    """A run as Allure records it, marked as taken back unless ``run`` is None."""
    labels = [{"name": "feature", "value": "Routing"}, {"name": "host", "value": "vm"}]
    entry = {"knownTestCaseIds": [], "testResults": {"7": {"status": status, "labels": labels, "trace": "long"}}}
    return json.dumps(entry | ({RUN: run} if run else {})) + "\n"


def runs(file: Path) -> list[str]:
    return [json.loads(text).get(RUN) for text in file.read_text().splitlines()]


@pytest.fixture
def history(tmp_path: Path) -> ReportHistory:
    return ReportHistory(tmp_path / "history" / "caio.jsonl", "now")


def test_other_runs_are_lent_and_damage_is_left_out(tmp_path: Path, history: ReportHistory) -> None:
    history.file.parent.mkdir()
    history.file.write_bytes(line("a").encode() + b'{"torn\n[]\n{"testResults": 7}\n\xff\n' + line("now").encode())
    assert runs(history.lend(tmp_path / "copy")) == ["a"]


def test_no_history_lends_nothing(tmp_path: Path, history: ReportHistory) -> None:
    assert history.lend(tmp_path / "copy").read_text() == ""


def test_what_was_added_is_kept_once_and_slim(tmp_path: Path, history: ReportHistory) -> None:
    for _ in range(2):
        copy = history.lend(tmp_path / "copy")
        with copy.open("a") as appended:
            appended.write(line(None))
        history.take_back(copy)
    assert runs(history.file) == ["now"]
    kept = json.loads(history.file.read_text())["testResults"]["7"]
    assert kept == {"status": "passed", "labels": [{"name": "feature", "value": "Routing"}], "trace": ""}


def test_a_run_of_a_part_sees_the_history_and_adds_nothing(tmp_path: Path, history: ReportHistory) -> None:
    part = ReportHistory(history.file, "part", adds=False)
    copy = part.lend(tmp_path / "copy")
    copy.write_text(line("a") + line(None))
    part.take_back(copy)
    assert not history.file.exists()


def test_a_generator_that_added_nothing_changes_nothing(tmp_path: Path, history: ReportHistory) -> None:
    copy = tmp_path / "copy"
    copy.write_text(line("a"))
    history.take_back(copy)
    assert not history.file.exists()


def test_only_the_last_runs_are_kept(tmp_path: Path, history: ReportHistory) -> None:
    history.file.parent.mkdir()
    history.file.write_text("".join(line(str(number)) for number in range(KEPT + 5)))
    copy = history.lend(tmp_path / "copy")
    with copy.open("a") as appended:
        appended.write(line(None))
    history.take_back(copy)
    assert runs(history.file) == [*(str(number) for number in range(6, KEPT + 5)), "now"]


def made(folder: Path, run: str, status: str) -> Path:
    """The report of a run in which one scenario ended so."""
    results = folder / f"results-{run}"
    results.mkdir(exist_ok=True)
    for item in (result("7", status=status), result("12")):
        (results / f"{item['name']}-result.json").write_text(json.dumps(item))
    return report.generate(results, folder / "allure-report", ReportHistory(folder / "history.jsonl", run))


@needs_generator
def test_each_run_becomes_part_of_the_history_once(tmp_path: Path) -> None:
    made(tmp_path, "one", "failed")
    made(tmp_path, "two", "passed")
    written = made(tmp_path, "two", "passed")
    assert runs(tmp_path / "history.jsonl") == ["one", "two"]
    assert [path.name for path in written.parent.iterdir()] == ["index.html"]
    assert report_history.RUN not in report.CONFIGURATION.read_text()


@pytest.mark.browser
@needs_generator
@needs_browser
def test_history_and_trend_show_earlier_runs_in_a_browser_without_a_network(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    made(tmp_path, "one", "failed")
    written = made(tmp_path, "two", "passed")
    place = written.parent.parent / report.report_links(written)["features/caio/routing.feature:7@http"]
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"file://{place}")
        page.get_by_text("History").first.click()
        earlier = page.get_by_test_id("test-result-history-item")
        earlier.get_by_test_id("tree-leaf-status-failed").wait_for()
        assert earlier.count() == 1
        page.goto(f"file://{written}")
        page.get_by_text("Report", exact=True).first.click()
        page.get_by_text("Graphs", exact=True).first.click()
        page.get_by_text("Status dynamics").first.wait_for()
        page.get_by_text("Latest").first.wait_for()
        browser.close()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data", "blob"}

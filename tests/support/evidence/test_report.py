"""The report is one file that opens from disk, tells nobody, and can be linked into."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from support.evidence import report

CHROMIUM = Path("/usr/bin/chromium")
LARGEST = 8 * 1024 * 1024

needs_generator = pytest.mark.skipif(
    not report.GENERATOR.exists() and "CI" not in os.environ,
    reason=f"needs the report generator ({report.GENERATOR.parent}): npm ci",
)
needs_browser = pytest.mark.skipif(
    not CHROMIUM.exists() and "CI" not in os.environ, reason=f"needs Debian's chromium ({CHROMIUM})"
)


def result(name: str, interface: str = "http", status: str = "passed") -> dict[str, object]:
    """A result file, as the formatter writes it."""
    labels = {
        "epic": "CAIO",
        "feature": "Routing",
        "story": "A promise",
        "severity": "blocker",
        "tag": "CAIO-ROUTE-03",
        "interface": interface,
        "signoff.key": f"features/caio/routing.feature:{name}@{interface}",
    }
    return {
        "uuid": str(uuid.uuid4()),
        "historyId": f"{name}{interface}",
        "testCaseId": name,
        "fullName": name,
        "name": f"example {name}",
        "status": status,
        "statusDetails": {"message": f"why {name} ended so"},
        "start": 1_000,
        "stop": 1_010,
        "labels": [{"name": key, "value": value} for key, value in labels.items()],
        "links": [{"type": "tms", "name": "CAIO-ROUTE-03", "url": "../acceptance.html#CAIO-ROUTE-03"}],
        "parameters": [{"name": "interface", "value": interface}],
        "steps": [],
    }


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder with results of three scenarios, one of them over two interfaces."""
    folder = tmp_path / "allure-results"
    folder.mkdir()
    for item in (result("7"), result("7", "python"), result("12", status="failed"), result("20", status="skipped")):
        (folder / f"{item['uuid']}-result.json").write_text(json.dumps(item))
    return folder


@pytest.fixture
def written(results: Path) -> Path:
    """The report of those results."""
    return report.generate(results, results.parent / "allure-report")


@needs_generator
def test_the_report_is_one_file_that_names_no_third_party(written: Path) -> None:
    html = written.read_text()
    assert [path.name for path in written.parent.iterdir()] == ["index.html"]
    assert written.stat().st_size < LARGEST
    for trace in ("google", "gtag", '<link rel="stylesheet" href="http', 'src="http'):
        assert trace not in html
    assert "Content-Security-Policy" in html


@needs_generator
def test_every_scenario_has_its_link(written: Path) -> None:
    links = report.report_links(written)
    assert set(links) == {
        "features/caio/routing.feature:7@http",
        "features/caio/routing.feature:7@python",
        "features/caio/routing.feature:12@http",
        "features/caio/routing.feature:20@http",
    }
    assert len(set(links.values())) == 4
    assert all(link.startswith("allure-report/index.html#") for link in links.values())


@needs_generator
def test_a_result_that_the_report_takes_for_a_retry_is_not_among_those_shown(results: Path) -> None:
    whole = report.shown(report.generate(results, results.parent / "allure-report"))
    assert set(whole.values()) == {1}
    assert len(whole) == 4
    again = json.dumps(result("7") | {"start": 1, "stop": 2}).replace("feature:7@http", "feature:9@http")
    (results / "9-result.json").write_text(again)
    assert report.shown(report.generate(results, results.parent / "allure-report")) == whole


@needs_generator
def test_a_report_replaces_the_one_before(results: Path, written: Path) -> None:
    before = report.report_links(written)
    more = result("30")
    (results / f"{more['uuid']}-result.json").write_text(json.dumps(more))
    again = report.generate(results, written.parent)
    assert set(report.report_links(again)) - set(before) == {"features/caio/routing.feature:30@http"}


@needs_generator
def test_a_run_of_five_hundred_scenarios_fits(results: Path) -> None:
    for number in range(500):
        item = result(str(1_000 + number))
        source = f"{uuid.uuid4()}-attachment.txt"
        (results / source).write_text(f"GET /api/v1/services/{number}\n" * 20)
        item["attachments"] = [{"name": "exchange", "source": source, "type": "text/plain"}]
        (results / f"{item['uuid']}-result.json").write_text(json.dumps(item))
    assert report.generate(results, results.parent / "allure-report").stat().st_size < LARGEST


@pytest.mark.browser
@needs_generator
@needs_browser
def test_a_link_opens_its_scenario_in_a_browser_without_a_network(written: Path, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    links = report.report_links(written)
    (written.parent.parent / "acceptance.html").write_text("<h1>the acceptance page</h1>")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            tmp_path / "browser",
            executable_path=CHROMIUM,
            offline=True,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
                  "--disable-background-networking", "--disable-sync"],
        )  # fmt: skip
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"file://{written.parent.parent}/{links['features/caio/routing.feature:12@http']}")
        page.get_by_text("why 12 ended so").first.wait_for()
        criterion = page.get_by_role("link", name="CAIO-ROUTE-03")
        assert criterion.get_attribute("href") == "../acceptance.html#CAIO-ROUTE-03"
        assert page.get_by_text("why 7 ended so").count() == 0
        criterion.click()
        page.get_by_text("the acceptance page").wait_for()
        assert page.url == f"file://{written.parent.parent}/acceptance.html#CAIO-ROUTE-03"
        page.goto(f"file://{written}")
        page.get_by_text("Routing").first.wait_for()
        assert page.get_by_text("over the Python API").count() > 0
        browser.close()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data", "blob"}


def test_no_results_are_no_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no results"):
        report.generate(tmp_path, tmp_path / "allure-report")
    assert not (tmp_path / "allure-report").exists()


def test_a_missing_generator_is_told_with_the_way_to_finish(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "GENERATOR", results / "none.js")
    with pytest.raises(UsageError, match=r"not installed.*results are kept.*npm.* ci .*signoff.* report"):
        report.generate(results, results.parent / "allure-report")


@pytest.fixture
def broken_generator(results: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generator that fails."""
    script = results.parent / "cli.js"
    script.write_text("console.error('out of memory'); process.exit(3)")
    monkeypatch.setattr(report, "GENERATOR", script)
    return script


def test_a_generator_that_fails_leaves_the_earlier_report(results: Path, broken_generator: Path) -> None:
    earlier = results.parent / "allure-report" / "index.html"
    earlier.parent.mkdir()
    earlier.write_text("earlier")
    with pytest.raises(UsageError, match=r"(?s)failed with status 3.*out of memory"):
        report.generate(results, earlier.parent)
    assert earlier.read_text() == "earlier"
    assert list(earlier.parent.iterdir()) == [earlier]


def test_analytics_in_another_dress_withhold_the_report(results: Path, broken_generator: Path) -> None:
    page = "<html><script>gtag('js')</script></html>"
    broken_generator.write_text(
        "const fs = require('fs'); const out = process.argv[process.argv.indexOf('--output') + 1];"
        f"fs.mkdirSync(out, {{recursive: true}}); fs.writeFileSync(out + '/index.html', {json.dumps(page)});"
    )
    with pytest.raises(UsageError, match="still holds analytics"):
        report.generate(results, results.parent / "allure-report")
    assert not (results.parent / "allure-report" / "index.html").exists()


def test_a_place_that_cannot_be_written_is_told(results: Path) -> None:
    place = results.parent / "allure-report"
    place.write_text("a file")
    with pytest.raises(UsageError, match="cannot be written"):
        report.generate(results, place)


def test_facts_of_the_run_stand_in_the_results(tmp_path: Path) -> None:
    report.write_environment(tmp_path, {"system version": "1.0.0", "python": "3.11\n(main)"})
    assert (tmp_path / "environment.properties").read_text() == "system_version=1.0.0\npython=3.11 (main)\n"

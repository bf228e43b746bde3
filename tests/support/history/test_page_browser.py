"""The history page in a real browser: on a laptop, on a phone, in the dark, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from support.history import page as history_page
from support.history.store import History
from tests.support.acceptance.test_page_browser import AA, CONTRASTS, HIDDEN_TEXT, LAPTOP, PHONE, SCHEMES, SMALL_PHONE
from tests.support.acceptance.test_page_browser import browser as browser
from tests.support.history.runs import entry, measured
from tests.support.history.test_page import ADA, MET, NOT_MET, WEEK, listed

pytestmark = pytest.mark.browser

MANY = tuple(
    entry(
        day,
        {f"CAIO-ROUTE-{number:02}": NOT_MET if (day * number) % 37 == 5 else MET for number in range(1, 60)},
        figures=(measured(40.0 + day % 9, unit="requests per second"),),
    )
    for day in range(120)
)
HISTORIES = {"four": WEEK, "one": WEEK[:1], "many": MANY}


@pytest.fixture(params=list(HISTORIES))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The page of short and long histories, with a decision."""
    return written(request.param, tmp_path)


def written(kind: str, folder: Path) -> Path:
    entries = HISTORIES[kind]
    return history_page.write([History("caio", entries)], {entries[-1].run: ADA}, listed, folder)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab that complains about nothing."""
    opened = browser.new_page(viewport=LAPTOP)
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def test_nothing_but_the_file_itself_is_asked_for(tab: Page, file: Path) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    tab.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]


def test_nothing_runs_out_of_the_side(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri())
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    for viewport in (LAPTOP, PHONE, SMALL_PHONE):
        tab.set_viewport_size(viewport)
        assert tab.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_every_word_can_be_read_against_its_background(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri())
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    for viewport in (LAPTOP, PHONE):
        tab.set_viewport_size(viewport)
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            contrasts = tab.evaluate(CONTRASTS)
            assert len(contrasts) > 50
            assert [pair for pair in contrasts if pair[1] < AA] == []


def test_every_plot_is_seen_and_as_wide_as_its_place(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri())
    for viewport in (LAPTOP, PHONE):
        tab.set_viewport_size(viewport)
        boxes = tab.eval_on_selector_all(
            ".plot", "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().toJSON())"
        )
        assert boxes
        assert [
            box for box in boxes if box["width"] < 20 or box["height"] < 8 or box["right"] > viewport["width"]
        ] == []


def test_a_column_leads_to_its_run_even_among_those_folded_away(tab: Page, tmp_path: Path) -> None:
    tab.goto(written("many", tmp_path).as_uri())
    run = MANY[3].run
    assert not tab.locator(f"#run-{run}").evaluate("row => row.checkVisibility({contentVisibilityAuto: true})")
    tab.goto(f"{(tmp_path / 'history.html').as_uri()}#run-{run}")
    assert tab.locator(f"#run-{run} .when").is_visible()
    assert tab.locator(f".columns a[href='#run-{run}'] title").text_content() == (
        "2026-11-04 09:30, version 1.0.0: rejected (57 met, 2 not met)"
    )


def test_the_tables_keep_their_meaning_on_a_phone(tab: Page, tmp_path: Path) -> None:
    tab.set_viewport_size(PHONE)
    tab.goto(written("four", tmp_path).as_uri())
    table = tab.get_by_role("table", name="Runs, the latest first")
    assert table.get_by_role("row", name=WEEK[1].run).get_by_role("cell", name="rejected").count() == 1


def test_on_paper_all_is_black_on_white_and_outcomes_are_told_apart_by_shade(tab: Page, tmp_path: Path) -> None:
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(written("four", tmp_path).as_uri())
    colours = tab.eval_on_selector_all(".badge, .statement, h1", "all => all.map(one => getComputedStyle(one).color)")
    assert set(colours) == {"rgb(0, 0, 0)"}
    fills = tab.evaluate(
        "[...new Set([...document.querySelectorAll('.columns path, .strip path')].map(p => p.className.baseVal))]"
        ".map(name => getComputedStyle(document.querySelector('.plot .' + name)).fill)"
    )
    assert len(fills) == len(set(fills)) == 4
    hidden = tab.evaluate(HIDDEN_TEXT)
    assert [text for text in hidden if text in ("Unstable criteria", "Figures over time", "Runs")] == []
    assert tab.pdf().startswith(b"%PDF")

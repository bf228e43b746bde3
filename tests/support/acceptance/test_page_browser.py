"""The acceptance page in a real browser: on a laptop, on a phone, in the dark, on paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from support.acceptance import page as acceptance_page
from tests.support.acceptance import runs

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
LAPTOP: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
AA = 4.5
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

CONTRASTS = """() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = colour => {
    const linear = c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = channels(colour).slice(0, 3).map(c => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor, alpha = channels(colour)[3] ?? 1;
      if (alpha === 1) return colour;
      if (alpha !== 0) throw new Error('a background that shines through: ' + e.className);
    }
    return 'rgb(255, 255, 255)';
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('.unseen, caption')) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    found.push([walker.currentNode.data.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found;
}"""
HIDDEN_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), hidden = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('.unseen, caption, .checklist .scenarios')) continue;
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility() || box.width === 0 || box.height === 0) hidden.push(walker.currentNode.data.trim());
  }
  return hidden;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not there; install Debian's package chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(params=list(runs.KINDS))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The page of each kind of run."""
    return written(request.param, tmp_path)


def written(kind: str, folder: Path) -> Path:
    run = runs.KINDS[kind]()
    return acceptance_page.write(run.verdict, run.record, folder, run.links)


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


def test_words_of_a_run_do_not_act(tab: Page, tmp_path: Path) -> None:
    tab.goto(written("rejected", tmp_path).as_uri())
    assert tab.title() == "Rejected · CAIO, contract-based AI orchestrator 1.0.0"
    assert tab.get_by_text(runs.HOSTILE).count() == 1


def test_nothing_runs_out_of_the_side(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri())
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    for viewport in (LAPTOP, PHONE, SMALL_PHONE):
        tab.set_viewport_size(viewport)
        assert tab.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_the_verdict_and_what_to_do_are_seen_without_scrolling(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri())
    for viewport in (LAPTOP, PHONE):
        tab.set_viewport_size(viewport)
        for selector in ("h1", ".means", ".next", ".counts dl"):
            box = tab.locator(selector).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= viewport["height"], selector


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_an_address_with_a_criterion_leads_to_its_row_and_its_scenarios(
    tab: Page, tmp_path: Path, viewport: ViewportSize
) -> None:
    tab.set_viewport_size(viewport)
    tab.goto(written("accepted", tmp_path).as_uri() + "#CAIO-LOAD-01")
    row = tab.locator("[id='CAIO-LOAD-01']")
    assert row.evaluate("row => row.matches(':target')")
    assert row.locator(".statement").is_visible()
    assert 0 <= row.evaluate("row => row.getBoundingClientRect().top") < viewport["height"]
    assert row.locator(".scenario").first.evaluate("one => one.checkVisibility()")


def test_scenarios_of_what_was_met_are_folded_away_until_asked_for(tab: Page, tmp_path: Path) -> None:
    tab.goto(written("rejected", tmp_path).as_uri())
    met, not_met = tab.locator("[id='CAIO-ROUTE-01']"), tab.locator("[id='CAIO-CORS-03']")
    assert not met.locator(".scenario").first.is_visible()
    assert not_met.locator(".scenario").first.is_visible()
    met.locator("summary").click()
    assert met.locator(".scenario").first.is_visible()


def test_on_paper_nothing_is_hidden(tab: Page, file: Path) -> None:
    """But for the scenarios of the checklist: they stand in the matrix of the same paper."""
    tab.emulate_media(media="print")
    tab.goto(file.as_uri())
    assert tab.evaluate(HIDDEN_TEXT) == []


def test_on_paper_no_row_is_cut_and_all_is_black_on_white(tab: Page, tmp_path: Path) -> None:
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(written("rejected", tmp_path).as_uri())
    breaks = tab.eval_on_selector_all(
        ".criterion, .finding, .scenarios li", "all => all.map(one => getComputedStyle(one).breakInside)"
    )
    assert set(breaks) == {"avoid"}
    colours = tab.eval_on_selector_all(
        ".badge, a, .statement, h1", "all => all.map(one => getComputedStyle(one).color)"
    )
    assert set(colours) == {"rgb(0, 0, 0)"}
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.pdf().startswith(b"%PDF")


def test_every_word_can_be_read_against_its_background(tab: Page, file: Path) -> None:
    tab.goto(file.as_uri() + "#CAIO-ROUTE-01")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    for viewport in (LAPTOP, PHONE):
        tab.set_viewport_size(viewport)
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            contrasts = tab.evaluate(CONTRASTS)
            assert len(contrasts) > 50
            assert [pair for pair in contrasts if pair[1] < AA] == []


def test_the_table_keeps_its_meaning_on_a_phone(tab: Page, tmp_path: Path) -> None:
    tab.set_viewport_size(PHONE)
    tab.goto(written("rejected", tmp_path).as_uri())
    table = tab.get_by_role("table", name="Every criterion")
    assert table.get_by_role("row", name="CAIO-CORS-03").get_by_role("cell", name="not met").count() >= 1
    assert table.get_by_role("rowheader").count() >= len(runs.STATEMENTS)

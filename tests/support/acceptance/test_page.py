"""The acceptance page says all that was judged, in three forms, and nothing from a run can act in it."""

from __future__ import annotations

import json
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.acceptance import page
from support.acceptance.page import escape_markdown
from support.base.outcomes import Outcome
from tests.support.acceptance import runs
from tests.support.acceptance.runs import Run

LOADING = {"src", "srcset", "data", "action", "poster", "background", "formaction", "ping"}


class Elements(HTMLParser):
    """Collects every element with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attributes in self.found for key, value in attributes.items() if key == name]


def html(run: Run) -> str:
    return page.as_html(run.verdict, run.record, run.links)


@pytest.fixture(params=list(runs.KINDS))
def run(request: pytest.FixtureRequest) -> Run:
    return runs.KINDS[request.param]()


def test_three_files_are_written(tmp_path: Path) -> None:
    run = runs.rejected()
    assert page.write(run.verdict, run.record, tmp_path, run.links) == tmp_path / "acceptance.html"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acceptance.html", "acceptance.json", "acceptance.md"]
    assert (tmp_path / "acceptance.html").read_text(encoding="utf-8") == html(run)


def test_the_page_is_written_again_with_links(tmp_path: Path) -> None:
    run = runs.accepted()
    without = page.write(run.verdict, run.record, tmp_path).read_text(encoding="utf-8")
    assert "allure-report" not in without
    assert "allure-report" in page.write(run.verdict, run.record, tmp_path, run.links).read_text(encoding="utf-8")


def test_every_criterion_has_one_anchor_and_every_link_within_the_page_leads_somewhere(run: Run) -> None:
    elements = Elements(html(run))
    ids = Counter(elements.attributes("id"))
    assert set(ids.values()) == {1}
    assert set(run.criteria.ids) <= set(ids)
    within = {href[1:] for href in elements.attributes("href") if href.startswith("#")}
    assert within <= set(ids)


def test_nothing_is_loaded_and_nothing_can_run(run: Run) -> None:
    text = html(run)
    elements = Elements(text)
    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base", "audio", "video"}
    names = {name for _, attributes in elements.found for name in attributes}
    assert not names & LOADING
    assert not [name for name in names if name.startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    hrefs = elements.attributes("href")
    assert all(href.startswith(("#", "allure-report/")) or href == "data:," for href in hrefs)
    policies = [a.get("content") for t, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_what_the_system_answered_is_shown_as_words() -> None:
    elements = Elements(html(runs.rejected()))
    assert runs.HOSTILE in "".join(elements.words)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&\"'`/=!-[]() abcon\n{}%#|"), max_size=60))
def test_no_text_of_a_run_adds_an_element(text: str) -> None:
    plain, hostile = runs.accepted(("CAIO-ROUTE-01",)), runs.accepted(("CAIO-ROUTE-01",))
    for run, words in ((plain, "plain"), (hostile, text)):
        run.plan = [item.model_copy(update={"name": f"case {words}"}) for item in run.plan]
        run.end("CAIO-ROUTE-01", Outcome.NOT_MET, f"seen {words}")
    expected = [tag for tag, _ in Elements(html(plain)).found]
    assert [tag for tag, _ in Elements(html(hostile)).found] == expected


def test_outcomes_are_told_by_words_not_only_by_colour(run: Run) -> None:
    text = html(run)
    for item in run.verdict.criteria:
        row = text.split(f'id="{item.criterion.id}">')[1].split("</tr>\n")[0]
        assert f"{item.outcome.value}</span></td>" in row
        assert '<svg class="icon" aria-hidden="true"' in row


def test_tables_and_headings_are_marked_up(run: Run) -> None:
    elements = Elements(html(run))
    headers = [attributes for tag, attributes in elements.found if tag == "th"]
    assert headers
    assert all(attributes.get("scope") in ("col", "row", "rowgroup") for attributes in headers)
    levels = [int(tag[1]) for tag, _ in elements.found if tag in ("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_scenarios_lead_to_their_evidence_where_it_is_known() -> None:
    run = runs.accepted()
    hrefs = Elements(html(run)).attributes("href")
    assert {href for href in hrefs if href.startswith("allure-report/")} == set(run.links.values())
    assert len(run.links) == len(run.plan) - 1


def test_figures_stand_with_their_limit_and_samples() -> None:
    words = " ".join(" ".join(Elements(html(runs.accepted())).words).split())
    assert "time of a decision, 95th percentile HTTP 50 ms 12.38 ms 1,000" in words


def test_not_verified_is_listed_by_reason() -> None:
    text = html(runs.reservations()).split('<h2 id="not-verified">')[1].split("</section>")[0]
    assert "The target does not offer process-control, which this scenario needs." in text
    assert "1 of its 3 scenarios" in text
    assert "No scenario yet" in text
    assert 'href="#CAIO-HARD-05"' in text


def test_a_reason_that_differs_by_scenario_is_given_for_each() -> None:
    run = runs.accepted()
    run.results[0] = run.results[0].model_copy(update={"outcome": Outcome.NOT_VERIFIED, "message": "First reason"})
    run.results[1] = run.results[1].model_copy(update={"outcome": Outcome.NOT_VERIFIED, "message": "Second reason"})
    text = html(run).split('<h2 id="not-verified">')[1]
    assert "First reason" in text
    assert "Second reason" in text


def test_rows_of_an_outline_are_numbered_only_where_their_names_are_the_same() -> None:
    run = runs.accepted(("CAIO-CORS-01",))
    names = ["A port -- @1.1 ", "A port -- @1.2 ", "A host -- @1.3 "]
    run.plan = [item.model_copy(update={"name": name}) for item, name in zip(run.plan, names, strict=True)]
    text = html(run)
    assert "A port (row 1)<" in text
    assert "A port (row 2)<" in text
    assert "A host<" in text


def test_differences_are_told_only_where_there_are_some() -> None:
    assert "Plan and results do not agree" in html(runs.undecided())
    assert "Plan and results do not agree" not in html(runs.rejected())


def test_not_met_comes_before_broken() -> None:
    text = html(runs.rejected())
    assert text.index("finding not-met") < text.index("finding broken")
    assert text.rindex("finding not-met") < text.index("finding broken")


def test_one_interface_needs_no_column_of_its_own() -> None:
    run = runs.accepted()
    record = run.record.model_copy(update={"interfaces": ("http",)})
    both, one = html(run), page.as_html(run.verdict, record, {})
    assert 'class="over"' in both
    assert 'class="over"' not in one


def test_no_form_shows_credentials(run: Run) -> None:
    for text in (html(run), page.as_json(run.verdict, run.record), page.as_markdown(run.verdict, run.record, {})):
        assert "hunter2" not in text
        assert "127.0.0.1:8080" in text


def test_the_json_says_what_the_page_says(run: Run) -> None:
    data = json.loads(page.as_json(run.verdict, run.record))
    assert data["decision"] == run.verdict.decision.value
    assert data["counts"] == {outcome.value: run.verdict.count(outcome) for outcome in Outcome}
    told = {item["criterion"]["id"]: item["outcome"] for item in data["verdict"]["criteria"]}
    assert told == {item.criterion.id: item.outcome.value for item in run.verdict.criteria}
    assert data["run"]["version"] == "1.0.0"
    assert "plan" not in data["run"]


def test_the_markdown_has_a_row_of_equal_width_for_each_criterion(run: Run) -> None:
    text = page.as_markdown(run.verdict, run.record, run.links)
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| CAIO-")}
    assert sorted(rows) == sorted(run.criteria.ids)
    assert {line.replace("\\|", "").count("|") for line in rows.values()} == {7}
    assert text.startswith(f"# {run.verdict.decision.value.capitalize()}: CAIO")


@given(st.text())
def test_escaped_markdown_has_no_html_no_table_cell_and_one_line(text: str) -> None:
    escaped = escape_markdown(text)
    assert "<" not in escaped
    assert len(escaped.splitlines()) <= 1
    assert "|" not in escaped.replace("\\|", "")


def test_the_page_is_the_same_each_time(run: Run) -> None:
    assert html(run) == html(run)

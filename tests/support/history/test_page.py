"""The history page: complete, in order, harmless, and the same however many runs there are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.acceptance.criteria import CriteriaFile
from support.base.outcomes import Outcome
from support.history import page, plots
from support.history.decisions import Decided
from support.history.store import History
from tests.support.acceptance import runs as acceptance_runs
from tests.support.history.runs import HOSTILE, STARTED, entry, measured

MET, NOT_MET, BROKEN, NOT_VERIFIED = Outcome
A, B, C = "CAIO-ROUTE-01", "CAIO-ROUTE-02", "CAIO-ROUTE-03"
WEEK = (
    entry(1, {A: MET, B: MET, C: NOT_VERIFIED}, figures=(measured(40.0),)),
    entry(2, {A: MET, B: NOT_MET, C: NOT_VERIFIED}, figures=(measured(44.0),)),
    entry(3, {A: MET}, partial=True),
    entry(4, {A: BROKEN, B: MET, C: NOT_VERIFIED}, figures=(measured(48.0), measured("fast", what="in words"))),
)
ADA = Decided(accepted=False, by="Ada", when=STARTED, reason="Too slow.", waived=0, record="1.signoff.json")


def listed(_: str) -> CriteriaFile:
    return acceptance_runs.criteria()


def html(folder: Path, *histories: History, decided: dict[str, Decided] | None = None) -> str:
    return page.write(histories, decided or {}, listed, folder).read_text(encoding="utf-8")


class _Text(HTMLParser):
    """Text and tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.skip = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def parsed(content: str) -> _Text:
    parser = _Text()
    parser.feed(content)
    return parser


def test_the_latest_run_what_changed_and_what_is_unstable_come_first(tmp_path: Path) -> None:
    text = parsed(html(tmp_path, History("caio", WEEK))).text
    assert "Latest complete run, 5 November 2026, 09:30 (UTC) Undecided" in text
    assert "Since the run before: 1 newly broken, 1 newly met." in text
    assert f"From run {WEEK[1].run} to run {WEEK[3].run} . Nothing of system or features changed." in text
    unstable = text.partition("Unstable criteria")[2].partition("Figures over time")[0]
    assert f"{B} unstable Policies are applied to every request" in unstable
    assert "Flipped 2 times in 3 runs, between met and not met." in unstable
    assert C not in unstable


def test_every_run_is_listed_the_latest_first_with_what_changed(tmp_path: Path) -> None:
    table = parsed(html(tmp_path, History("caio", WEEK), decided={WEEK[1].run: ADA})).text.partition(" Runs ")[2]
    assert [table.index(run.run) for run in WEEK] == sorted((table.index(run.run) for run in WEEK), reverse=True)
    assert f"newly not met: {B}" in table
    assert "refused by Ada" in table
    assert "on a part of the criteria" in table


def test_the_owners_decision_on_the_latest_run_is_told(tmp_path: Path) -> None:
    text = parsed(html(tmp_path, History("caio", WEEK), decided={WEEK[3].run: ADA})).text
    assert "Refused by Ada on 1 November 2026, 09:30 (UTC). “Too slow.”" in text
    assert "None is recorded." in parsed(html(tmp_path, History("caio", WEEK))).text


def test_figures_are_drawn_where_they_are_numbers(tmp_path: Path) -> None:
    parser = parsed(html(tmp_path, History("caio", WEEK)))
    assert "48 ms limit 50 ms · too few runs for a trend · 40 to 48 ms in 3 runs" in parser.text
    assert "in words" not in parser.text
    assert sum(tag == "figure" for tag, _ in parser.tags) == 1


@pytest.mark.parametrize("count", [1, 2])
def test_few_runs_are_no_trouble(tmp_path: Path, count: int) -> None:
    text = parsed(html(tmp_path, History("caio", WEEK[:count]))).text
    assert ("There is no earlier run to compare it with." in text) is (count == 1)


def test_each_system_has_a_chapter_and_one_without_runs_has_none(tmp_path: Path) -> None:
    other = entry(1, {A: MET}, run="feedbeef", system="other", title="Another orchestrator")
    content = html(tmp_path, History("caio", WEEK), History("other", (other,)), History("empty"))
    parser = parsed(content)
    assert sum(tag == "article" for tag, _ in parser.tags) == 2
    ids = [found["id"] for _, found in parser.tags if "id" in found]
    assert len(ids) == len(set(ids))


def test_nothing_of_a_run_acts_and_nothing_is_loaded(tmp_path: Path) -> None:
    odd = entry(
        5,
        {A: MET},
        title=HOSTILE,
        version=HOSTILE,
        figures=(measured(1.0, what=HOSTILE, scenario=HOSTILE, unit=HOSTILE, limit=HOSTILE),),
    )
    decided = Decided(True, HOSTILE, STARTED, HOSTILE, 0, "x")
    parser = parsed(html(tmp_path, History("caio", (*WEEK, odd)), decided={odd.run: decided}))
    tags = {tag for tag, _ in parser.tags}
    assert not tags & {"script", "img", "iframe", "object", "form"}
    addresses = [found.get(name) for _, found in parser.tags for name in ("href", "src") if found.get(name)]
    assert {re.match(r"#|data:,$", str(address)) is not None for address in addresses} == {True}
    assert HOSTILE in parser.text


def test_plots_give_each_run_its_place() -> None:
    assert 'd="M0 6h2v2h-2zM3 6h1v2h-1z"' in plots.strip([MET, MET, NOT_MET, MET])
    assert "M1" not in plots.strip([MET, None])
    gapped = plots.curve([1.0, None, 3.0, 4.0], limit=2.0, most=4.0, least=0.0)
    assert 'class="way" d="M0.5 75M2.5 25L3.5 0"' in gapped
    assert 'class="limit" d="M0 50H4"' in gapped


def test_a_long_history_is_drawn_by_few_shapes(tmp_path: Path) -> None:
    many = tuple(
        entry(day, {A: MET, B: NOT_MET if day % 2 else MET}, figures=(measured(float(day % 7)),)) for day in range(500)
    )
    parser = parsed(html(tmp_path, History("caio", many)))
    kinds = [tag for tag, _ in parser.tags]
    assert kinds.count("path") < 60
    assert kinds.count("tr") > 500

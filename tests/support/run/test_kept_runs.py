"""What a whole run leaves for later: its place in the history, and JUnit XML."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from rich.console import Console

from support.base.outcomes import Outcome
from support.history import changes, store
from support.run.accept import accept

from .conftest import Checkout, listed

Said = tuple[Console, Callable[[], str]]


@pytest.fixture(autouse=True)
def _report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has tests of its own; here it takes no time."""
    monkeypatch.setattr("support.evidence.report.generate", lambda results, output, *_: output / "index.html")
    monkeypatch.setattr("support.evidence.report.report_links", lambda report: {})
    monkeypatch.setattr("support.evidence.report.shown", listed)


def test_runs_are_remembered_with_what_they_stood_on(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(), console[0])
    checkout.feature("Given Tiny is running", "Then 1 and 1 make 3")
    accept(checkout.order(), console[0])
    first, second = store.read(checkout.reports, "tiny").entries
    compared = changes.compare(first, second)
    assert compared.changed == (changes.Ground.FEATURES,)
    assert [change.criterion for change in compared.now(Outcome.NOT_MET)] == ["TINY-SUM-01"]
    assert f"History:         {checkout.reports / 'history.html'}" in console[1]()


def test_a_part_of_a_run_is_remembered_as_one(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(tags=("@needs.http",)), console[0])
    [only] = store.read(checkout.reports, "tiny").entries
    assert (only.partial, only.complete) == (True, False)


def test_a_history_that_cannot_be_kept_takes_nothing_from_the_verdict(checkout: Checkout, console: Said) -> None:
    checkout.write("reports/tiny/history", "in the way")
    assert accept(checkout.order(), console[0]) == 0
    assert "History:         not kept: " in console[1]()


def test_every_scenario_of_the_run_is_in_the_junit_xml(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(interfaces=("http", "python")), console[0])
    root = ElementTree.parse(checkout.reports / "junit.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "0", "0")

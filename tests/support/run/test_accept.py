"""Whole runs on a small checkout: verdict, exit status, what is left behind, and what happens when things go wrong."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from support.base.outcomes import UsageError
from support.base.waiting import until
from support.run import accept as accept_module
from support.run.accept import accept
from support.run.conclude import Strictness

from .conftest import Checkout, listed

Said = tuple[Console, Callable[[], str]]


@pytest.fixture(autouse=True)
def _report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has tests of its own; here it takes no time."""
    monkeypatch.setattr("support.evidence.report.generate", lambda results, output, *_: output / "index.html")
    monkeypatch.setattr("support.evidence.report.report_links", lambda report: {})
    monkeypatch.setattr("support.evidence.report.shown", listed)


def decision(checkout: Checkout) -> str:
    return str(json.loads((checkout.reports / "acceptance.json").read_text())["decision"])


def test_a_kept_promise_is_accepted_with_what_is_only_planned_as_reservation(checkout: Checkout, console: Said) -> None:
    assert accept(checkout.order(), console[0]) == 0
    assert decision(checkout) == "accepted with reservations"
    assert "[3/3" in console[1]()


def test_both_interfaces_run_in_one_go_and_http_promises_over_http_alone(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(interfaces=("http", "python")), console[0])
    keys = {item["key"] for item in json.loads((checkout.reports / "run.json").read_text())["plan"]}
    assert sorted(key.rpartition("@")[2] for key in keys) == ["http", "http", "http", "python", "python"]
    assert len(list((checkout.reports / "allure-results").glob("*-result.json"))) == 5


def test_reservations_fail_under_strict_unless_they_are_planned(checkout: Checkout, console: Said) -> None:
    assert accept(checkout.order(strictness=Strictness(strict=True)), console[0]) == 1
    assert accept(checkout.order(strictness=Strictness(strict=True, allow_planned=True)), console[0]) == 0


def test_a_broken_promise_is_rejected(checkout: Checkout, console: Said) -> None:
    checkout.feature("Given Tiny is running", "Then 1 and 1 make 3")
    assert accept(checkout.order(), console[0]) == 1
    assert decision(checkout) == "rejected"
    assert "expected 3, saw 2" in console[1]()


def test_a_process_that_dies_leaves_the_run_undecided_and_its_last_words_are_shown(
    checkout: Checkout, console: Said
) -> None:
    checkout.feature("Given the process dies", "Then 1 and 1 make 2")
    assert accept(checkout.order(), console[0]) == 1
    assert decision(checkout) == "undecided"
    assert "signal 9" in console[1]()
    assert "last words" in console[1]()


def test_an_error_after_the_last_scenario_leaves_the_run_undecided(checkout: Checkout, console: Said) -> None:
    checkout.write("environment.py", "def after_all(context):\n    raise RuntimeError('cannot stop it')\n")
    assert accept(checkout.order(), console[0]) == 1
    assert decision(checkout) == "undecided"
    assert "cannot stop it" in console[1]()


def test_an_empty_selection_is_an_error_and_leaves_the_last_run_alone(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(), console[0])
    with pytest.raises(UsageError, match=r"no scenario of tiny is selected by --tags @TINY-SUM-02"):
        accept(checkout.order(tags=("@TINY-SUM-02",)), console[0])
    assert decision(checkout) == "accepted with reservations"


def test_an_unknown_tag_is_refused_with_the_nearest(checkout: Checkout, console: Said) -> None:
    with pytest.raises(UsageError, match=r"unknown tag @TINY-SUM-O1.*did you mean @TINY-SUM-01\?"):
        accept(checkout.order(tags=("@TINY-SUM-O1",)), console[0])


def test_a_selection_makes_the_run_partial(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(tags=("@TINY-SUM-01 and not @needs.http",)), console[0])
    record = json.loads((checkout.reports / "run.json").read_text())
    assert record["partial"] is True
    assert len(record["plan"]) == 2


def test_one_scenario_by_its_line(checkout: Checkout, console: Said) -> None:
    accept(checkout.order(paths=("features/tiny/sums.feature:8",)), console[0])
    plan = json.loads((checkout.reports / "run.json").read_text())["plan"]
    assert [item["name"] for item in plan] == ["Large"]


def test_without_the_report_generator_results_and_page_are_kept_and_the_run_fails(
    checkout: Checkout, console: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(results: Path, output: Path, *_: object) -> Path:
        raise UsageError("the report generator is not installed; run `make report`")

    monkeypatch.setattr("support.evidence.report.generate", missing)
    assert accept(checkout.order(), console[0]) == 1
    assert decision(checkout) == "accepted with reservations"
    assert "make report" in console[1]()


@pytest.mark.parametrize("hook", ["after_feature(context, feature)", "after_rule(context, rule)", "after_all(context)"])
def test_what_fails_around_the_scenarios_leaves_the_run_undecided(checkout: Checkout, console: Said, hook: str) -> None:
    checkout.write("environment.py", f"def {hook}:\n    raise OSError('cannot let go')\n")
    assert accept(checkout.order(), console[0]) == 1
    assert decision(checkout) == "undecided"
    assert "cannot let go" in console[1]()


def test_two_runs_do_not_share_a_folder_of_reports(checkout: Checkout, console: Said) -> None:
    checkout.reports.mkdir(parents=True)
    with (checkout.reports / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another run is writing"):
            accept(checkout.order(), console[0])


def test_an_earlier_verdict_does_not_outlive_the_start_of_a_run(
    checkout: Checkout, console: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(checkout.order(), console[0])

    def fails(*_: Any, **__: Any) -> None:
        raise UsageError("no verdict today")

    monkeypatch.setattr(accept_module, "conclude", fails)
    with pytest.raises(UsageError):
        accept(checkout.order(), console[0])
    assert not (checkout.reports / "acceptance.html").exists()


def test_an_interruption_ends_the_processes_in_order_and_keeps_what_was_found(
    checkout: Checkout, console: Said
) -> None:
    checkout.feature("Given it takes 60 seconds", "Then 1 and 1 make 2")
    main = threading.main_thread().ident or 0

    def interrupt() -> None:
        until((checkout.root / "started").exists, timeout=30, what="the scenario starts")
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    assert accept(checkout.order(), console[0]) == 130
    assert (checkout.root / "cleaned-up").exists()
    assert json.loads((checkout.reports / "run.json").read_text())["partial"] is True
    assert decision(checkout) == "undecided"
    assert not list((checkout.reports / "run").glob("*"))


def test_a_killed_run_takes_its_processes_with_it(checkout: Checkout) -> None:
    checkout.feature("Given it takes 60 seconds", "Then 1 and 1 make 2")
    script = checkout.write(
        "run.py",
        """
        import sys
        from pathlib import Path
        from rich.console import Console
        from support.run.accept import accept
        from tests.support.run.conftest import Checkout
        checkout = Checkout.__new__(Checkout)
        checkout.root = Path.cwd()
        accept(checkout.order(), Console())
        """,
    )
    suite = Path(__file__).resolve().parents[3]
    run = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(suite)}, stdout=subprocess.DEVNULL
    )
    until((checkout.root / "started").exists, timeout=30, what="the scenario starts")
    run.kill()
    run.wait()
    until((checkout.root / "cleaned-up").exists, timeout=30, what="the orphan cleans up after itself")

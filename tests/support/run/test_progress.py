"""Progress: counted from events as they come in, told as plain lines where there is no terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from support.base.outcomes import Outcome
from support.deployments.notes import Notes
from support.evidence.events import EventLog, path_of
from support.run.progress import BarView, EventTail, LineView, Tally, Watch, view_for


def test_events_of_all_shards_are_taken_once(tmp_path: Path) -> None:
    one, two = EventLog(path_of(tmp_path, "1-http")), EventLog(path_of(tmp_path, "2-http"))
    tail = EventTail(tmp_path)
    one.started("a", "A")
    assert [event.key for event in tail.new()] == ["a"]
    one.finished("a", "A", Outcome.MET, 0.1)
    two.started("b", "B")
    assert [(event.event, event.key) for event in tail.new()] == [("finished", "a"), ("started", "b")]
    assert list(tail.new()) == []


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    path = path_of(tmp_path, "1-http")
    log, tail = EventLog(path), EventTail(tmp_path)
    log.started("a", "Ä")
    assert [event.name for event in tail.new()] == ["Ä"]
    written = path.read_bytes()
    path.write_bytes(b"x" * len(written))
    log.started("b", "B")
    with path.open("ab") as file:
        file.write(b'{"half')
    assert [event.key for event in tail.new()] == ["b"]
    assert list(tail.new()) == []


def test_the_tally_knows_what_is_running_and_what_is_left(tmp_path: Path) -> None:
    log, said = EventLog(path_of(tmp_path, "1")), io.StringIO()
    tally = Tally(total=10)
    watch = Watch(EventTail(tmp_path), tally, LineView(Console(file=said, width=200)))
    for number in range(5):
        log.started(str(number), f"Scenario {number}")
        log.finished(str(number), f"Scenario {number}", Outcome.MET if number else Outcome.NOT_MET, 0.2)
    log.started("5", "Scenario 5")
    watch.look()
    assert tally.running == {"5": "Scenario 5"}
    assert tally.outcomes == {Outcome.MET: 4, Outcome.NOT_MET: 1}
    assert tally.seconds_left() is not None
    lines = said.getvalue().splitlines()
    assert lines[0] == "[ 1/10] not met: Scenario 0 (0.2 s)"
    assert "left] met: Scenario 4" in lines[4]


def test_no_estimate_is_made_from_nothing() -> None:
    assert Tally(total=10).seconds_left() is None


def test_a_terminal_gets_a_bar_and_sees_failures_at_once(tmp_path: Path) -> None:
    said = io.StringIO()
    terminal = Console(file=said, width=200, force_terminal=True)
    assert isinstance(view_for(Console(file=io.StringIO()), 1), LineView)
    view = view_for(terminal, 2)
    assert isinstance(view, BarView)
    log = EventLog(path_of(tmp_path, "1"))
    watch = Watch(EventTail(tmp_path), Tally(2), view)
    log.finished("a", "Fine", Outcome.MET, 0.1)
    log.finished("b", "Wrong", Outcome.NOT_MET, 0.1)
    watch.look()
    view.close()
    assert "not met: Wrong" in said.getvalue()
    assert "met: Fine" not in said.getvalue()
    assert "2/2" in said.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_what_concerns_the_whole_run_is_told_once(tmp_path: Path, terminal: bool) -> None:
    said = io.StringIO()
    watch = Watch(EventTail(tmp_path), Tally(1), view_for(Console(file=said, width=200, force_terminal=terminal), 1))
    Notes(tmp_path, "http-1").say("building the image signoff-tiny:1")
    watch.look()
    Notes(tmp_path, "http-2").say("building the image signoff-tiny:1")
    watch.look()
    watch.view.close()
    assert said.getvalue().count("Note: building the image signoff-tiny:1") == 1


def test_a_scenario_that_runs_alone_tells_how_far_it_is(tmp_path: Path) -> None:
    log, said = EventLog(path_of(tmp_path, "http-alone")), io.StringIO()
    view = BarView(Console(file=said, width=200, force_terminal=True), 1)
    tally = Tally(1)
    watch = Watch(EventTail(tmp_path), tally, view)
    log.started("a", "Fifty people use it")
    log.progress("measuring, 3 s; 150 requests")
    watch.look()
    assert tally.doing == ["Fifty people use it: measuring, 3 s; 150 requests"]
    log.finished("a", "Fifty people use it", Outcome.MET, 20)
    watch.look()
    view.close()
    assert tally.doing == []

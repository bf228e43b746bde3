"""A figure is judged by its median, and one that could not be measured is never called reached."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import __main__ as command
from bench import tables
from bench.figures import Bound, Figure, Group, Target, number, percentile, unmeasured
from bench.machine import Machine

QUIET = Machine("2026-11-20T12:00:00+00:00", "abcdef0123", "Debian", None, 2, None, {"python": "3.11.7"}, 0.2)

ORDER = ("c", "a", "b")
GRID = Group(
    "b",
    "Gateways",
    (
        Figure("ours", "", (10.0, 20.0, 30.0), aspect="rate"),
        Figure("ours", "ms", (5.0,), aspect="p95"),
        Figure("theirs", "", (), None, "npm is not installed here", aspect="rate"),
    ),
)


def test_the_median_is_judged_and_both_ends_are_shown() -> None:
    figure = Figure("start", "s", (0.5, 9.0, 0.4), Target(1.5))
    assert (figure.value, figure.spread, figure.wanted) == ("0.5 s", "0.4 to 9", "under 1.5 s")


@pytest.mark.parametrize(
    ("samples", "judged"),
    [
        ((0.5, 0.6, 0.4), "yes"),
        ((0.5, 9.0, 0.4), "yes, not each time"),
        ((0.5, 9.0, 9.0), "no, but at times"),
        ((9.0,), "no"),
    ],
)
def test_the_median_is_judged_and_what_single_samples_tell_otherwise_is_said(
    samples: tuple[float, ...], judged: str
) -> None:
    assert Figure("start", "s", samples, Target(1.5)).judged == judged


@pytest.mark.parametrize(
    ("target", "judged"), [(Target(5), "no"), (Target(5, bound=Bound.AT_MOST), "yes"), (Target(5.1), "yes"), (None, "")]
)
def test_under_a_limit_is_not_at_most_it(target: Target | None, judged: str) -> None:
    assert Figure("cost", "ms", (5.0,), target).judged == judged


def test_what_was_not_measured_is_unknown() -> None:
    figure = unmeasured("report", "MB", Target(8), "the generator is not installed")
    assert (figure.value, figure.judged, figure.median) == ("not measured", "unknown", None)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.95, 96), (1.0, 100)])
def test_percentiles_are_samples(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


@pytest.mark.parametrize(("value", "shown"), [(1234.5, "1,234"), (99.95, "100"), (0.4839, "0.484"), (30, "30")])
def test_numbers_have_three_digits(value: float, shown: str) -> None:
    assert number(value) == shown


def test_results_stand_in_json_and_in_the_summary(tmp_path: Path) -> None:
    figures = (Figure("start", "s", (0.5,), Target(1.5), "one start"), unmeasured("report", "MB", None, "no npm"))
    summary = tables.write([Group("suite", "The suite", figures)], QUIET, ["suite"], tmp_path).read_text()
    assert "| start | 0.5 s |  | under 1.5 s | yes |" in summary
    assert "- *report*: no npm." in summary
    assert "busy" not in summary
    written = json.loads((tmp_path / "suite.json").read_text())
    assert written["figures"][0]["samples"] == [0.5]
    assert written["figures"][1]["median"] is None
    assert written["machine"]["cores"] == 2


def test_a_part_measured_alone_leaves_the_others_in_the_summary(tmp_path: Path) -> None:
    later = replace(QUIET, taken="2026-11-21T12:00:00+00:00", revision="1234567890", load=3.0)
    tables.write([Group("a", "First", (Figure("x", "s", (1.0,)),)), GRID], QUIET, ORDER, tmp_path)
    summary = tables.write([Group("c", "Third", (Figure("y", "s", (2.0,)),))], later, ORDER, tmp_path).read_text()
    titles = [line for line in summary.splitlines() if line.startswith("## ")]
    assert titles == ["## Third", "## First", "## Gateways"]
    assert "2026-11-20, revision abcdef0; load before the measurement 0.20." in summary
    assert "2026-11-21, revision 1234567; load before the measurement 3.00 (busy" in summary
    assert json.loads((tmp_path / "a.json").read_text())["figures"][0]["samples"] == [1.0]


def test_what_is_measured_of_one_thing_shares_a_row(tmp_path: Path) -> None:
    summary = tables.write([GRID], QUIET, ORDER, tmp_path).read_text()
    assert "|  | rate | p95 |" in summary
    assert "| ours | 20 (10 to 30) | 5 ms |" in summary
    assert "| theirs | not measured |  |" in summary
    assert "- *theirs*: npm is not installed here." in summary


@pytest.mark.parametrize("bound", list(Bound))
def test_a_target_is_read_as_it_is_shown(bound: Bound) -> None:
    for limit in (0.25, 1.2, 40.0, 10_000.0):
        assert Target.parse(str(Target(limit, bound))) == Target(limit, bound)


@pytest.mark.parametrize(
    ("bound", "reached"), [(Bound.AT_LEAST, [False, True, True]), (Bound.ABOVE, [False, False, True])]
)
def test_a_figure_can_have_to_be_high(bound: Bound, reached: list[bool]) -> None:
    assert [Target(2, bound).reached(value) for value in (1.9, 2.0, 2.1)] == reached


def test_a_group_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command._wanted(["peer"])
    assert ended.value.code == 2
    assert "there is no group 'peer'; there are routing, peers-over-http, " in capsys.readouterr().err


def test_a_group_is_chosen_by_its_name_or_its_first_word() -> None:
    assert [part.name for part in command._wanted(["peers", "routing"])] == [
        "routing",
        "peers-over-http",
        "peers-in-process",
    ]
    assert [part.name for part in command._wanted([])] == list(command.NAMES)


def test_a_busy_machine_is_said() -> None:
    assert "busy" in str(Machine("", None, "Debian", "CPU", 2, 8.0, {}, 3.1))

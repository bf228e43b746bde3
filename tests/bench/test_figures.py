"""A figure is judged by its median, and one that could not be measured is never called reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import tables
from bench.figures import Bound, Figure, Group, Target, number, percentile, unmeasured
from bench.machine import Machine

QUIET = Machine("2026-11-20T12:00:00+00:00", "abcdef0123", "Debian", None, 2, None, {"python": "3.11.7"}, 0.2)


def test_the_median_is_judged_and_both_ends_are_shown() -> None:
    figure = Figure("start", "s", (0.5, 9.0, 0.4), Target(1.5))
    assert (figure.value, figure.spread, figure.wanted, figure.judged) == ("0.5 s", "0.4 to 9", "under 1.5 s", "yes")


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


def test_a_busy_machine_is_said() -> None:
    assert "busy" in str(Machine("", None, "Debian", "CPU", 2, 8.0, {}, 3.1))

"""What changed between two runs, and which criteria flip on their own."""

from __future__ import annotations

import pytest

from support.base.outcomes import Outcome
from support.history import changes, text
from support.history.changes import Change, Ground
from support.history.entry import Kept
from tests.support.history.runs import entry, flipping, measured

MET, NOT_MET, BROKEN, NOT_VERIFIED = Outcome
A, B, C = "CAIO-ROUTE-01", "CAIO-ROUTE-02", "CAIO-ROUTE-03"


def test_every_kind_of_change_is_told_apart() -> None:
    before = entry(1, {"S": MET, "A": MET, "B": MET, "C": NOT_MET, "D": MET, "G": MET})
    after = entry(2, {"S": MET, "A": NOT_MET, "B": BROKEN, "C": MET, "D": NOT_VERIFIED, "N": NOT_VERIFIED})
    compared = changes.compare(before, after)
    assert {outcome: [change.criterion for change in compared.now(outcome)] for outcome in Outcome} == {
        NOT_MET: ["A"],
        BROKEN: ["B"],
        MET: ["C"],
        NOT_VERIFIED: ["D"],
    }
    assert compared.new == [Change("N", None, NOT_VERIFIED)]
    assert compared.gone == [Change("G", MET, None)]
    assert (compared.changed, compared.unknown) == ((), ())


def test_what_a_partial_run_was_not_asked_for_is_no_change() -> None:
    compared = changes.compare(entry(1, {A: MET, B: MET}), entry(2, {A: NOT_MET}, partial=True))
    assert [change.criterion for change in compared.changes] == [A]


def test_what_the_runs_stand_on_is_compared_and_unknown_is_not_the_same() -> None:
    before = entry(1, {A: MET}, source=None, features="1")
    after = entry(2, {A: MET}, version="2.0.0", features="2", url="http://host", interfaces=("http",))
    compared = changes.compare(before, after)
    assert compared.changed == (Ground.VERSION, Ground.FEATURES, Ground.DEPLOYMENT, Ground.INTERFACES)
    assert compared.unknown == (Ground.SOURCE,)
    assert "may have changed: the system's code or definition" in text.ground(compared)


def test_the_last_two_complete_runs_are_compared_where_there_are_two() -> None:
    one, part, two, early = (
        entry(1, {A: MET}),
        entry(2, {A: MET}, partial=True),
        entry(3, {A: MET}),
        entry(4, {A: MET}, finished=False),
    )
    assert changes.latest_pair([one, part, two, early]) == (one, two)
    assert changes.latest_pair([one, part]) == (one, part)
    assert changes.latest_pair([one]) is None
    assert changes.latest_pair([]) is None


def test_a_flip_without_any_change_is_unstable() -> None:
    [found] = changes.unstable(flipping(A, [MET, NOT_MET, MET, MET, BROKEN]))
    assert (found.criterion, found.flips, found.runs, found.still) == (A, 3, 5, True)
    assert found.outcomes == (MET, NOT_MET, BROKEN)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "2.0.0"},
        {"source": "other"},
        {"source": None},
        {"features": "other"},
        {"features": None},
        {"url": "http://elsewhere"},
        {"deployment": "remote"},
        {"finished": False},
        {"criteria": {A: Kept(NOT_MET, "0therset")}},
        {"criteria": {A: Kept(NOT_MET, "")}},
    ],
    ids="-".join,
)
def test_a_flip_with_a_change_is_not(change: dict[str, object]) -> None:
    assert changes.unstable([entry(1, {A: MET}), entry(2, {A: NOT_MET}, **change)]) == []


def test_what_one_machine_cannot_verify_is_not_unstable() -> None:
    assert changes.unstable(flipping(A, [MET, NOT_VERIFIED, MET])) == []


def test_runs_on_other_grounds_in_between_do_not_hide_a_flip() -> None:
    runs = [entry(1, {A: MET}), entry(2, {A: MET}, source="patched"), entry(3, {A: NOT_MET})]
    [found] = changes.unstable(runs)
    assert (found.flips, found.still) == (1, True)


def test_what_flipped_before_a_change_comes_last_and_says_so() -> None:
    old = [entry(day, {A: outcome}, source="old") for day, outcome in enumerate([MET, NOT_MET, MET, NOT_MET])]
    new = [entry(day, {B: outcome}) for day, outcome in enumerate([BROKEN, MET], start=10)]
    found = changes.unstable([*old, *new])
    assert [(item.criterion, item.still) for item in found] == [(B, True), (A, False)]
    assert text.flips(found[0]) == "flipped once in 2 runs, between met and broken"
    assert text.flips(found[1]).endswith("system or features have changed since")


def test_the_text_names_changes_and_figures() -> None:
    before = entry(1, {A: MET, B: MET}, figures=(measured(40.0),))
    after = entry(2, {A: NOT_MET, B: MET}, figures=(measured(44.0),))
    told = text.comparison(changes.compare(before, after), None, [before, after])
    assert "Nothing of system or features changed." in told
    assert "  Newly not met:\n    CAIO-ROUTE-01 (before: met)" in told
    assert "CAIO-ROUTE-02" not in told
    assert "40 ms → 44 ms (+10 %) limit 50 ms; too few runs for a trend" in told


def test_two_runs_alike_are_told_so() -> None:
    told = text.comparison(changes.compare(entry(1, {A: MET}), entry(2, {A: MET})), None, [])
    assert "Every criterion ended as before." in told

"""Plan and results agree only when each planned scenario has exactly one readable result."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from support.acceptance.reconcile import Kind, reconcile, reported
from support.acceptance.results import Result
from support.base.outcomes import Outcome
from tests.support.acceptance.runs import planned, result

ONE, TWO, THREE = (planned("CAIO-ROUTE-01", line=line) for line in (10, 20, 30))


def kinds(plan: list[object], recorded: list[Result]) -> list[tuple[Kind, str]]:
    return [(item.kind, item.key) for item in reconcile(plan, recorded)]  # type: ignore[arg-type]


def test_nothing_differs_when_each_has_one_result() -> None:
    assert reconcile([ONE, TWO], [result(TWO), result(ONE)]) == []


def test_a_result_that_the_report_hides_or_shows_twice_is_told() -> None:
    results = [result(ONE), result(TWO)]
    assert reported(results, {ONE.key: 1, TWO.key: 1}) == []
    (hidden,) = reported(results, {ONE.key: 1})
    assert (hidden.kind, hidden.key) == (Kind.REPORTED_OTHERWISE, TWO.key)
    assert "recorded once, but the Allure report shows it not at all" in hidden.says
    assert [item.key for item in reported(results, {ONE.key: 2, TWO.key: 1})] == [ONE.key]
    assert [item.key for item in reported(results, {ONE.key: 1, TWO.key: 1, THREE.key: 1})] == [THREE.key]
    assert [item.key for item in reported(results, {})] == [ONE.key, TWO.key]


def test_a_result_that_cannot_be_read_is_not_expected_in_the_report() -> None:
    bad = Result(key="", name="x-result.json", outcome=Outcome.BROKEN, unreadable="x-result.json")
    assert reported([bad], {}) == []


def test_a_lost_scenario_is_missing() -> None:
    assert kinds([ONE, TWO], [result(ONE)]) == [(Kind.MISSING, TWO.key)]


def test_a_scenario_that_nobody_planned_is_unexpected() -> None:
    assert kinds([ONE], [result(ONE), result(TWO)]) == [(Kind.UNEXPECTED, TWO.key)]


def test_a_scenario_recorded_twice_is_a_duplicate_even_if_the_records_agree() -> None:
    assert kinds([ONE], [result(ONE), result(ONE)]) == [(Kind.DUPLICATE, ONE.key)]


def test_a_scenario_planned_twice_is_told() -> None:
    assert kinds([ONE, ONE], [result(ONE)]) == [(Kind.PLANNED_TWICE, ONE.key)]


def test_an_unreadable_file_is_a_difference_of_its_own() -> None:
    bad = Result(key="", name="x-result.json", outcome=Outcome.BROKEN, message="lost", unreadable="x-result.json")
    assert kinds([ONE], [result(ONE), bad]) == [(Kind.UNREADABLE, "")]


def test_each_result_without_a_key_is_told() -> None:
    nameless = result(ONE).model_copy(update={"key": ""})
    differences = reconcile([ONE], [result(ONE), nameless, nameless])
    assert [item.kind for item in differences] == [Kind.UNEXPECTED, Kind.UNEXPECTED]
    assert "carries no key" in differences[0].says


def test_a_difference_names_the_scenario_and_where_it_stands() -> None:
    (lost,) = reconcile([ONE], [])
    assert lost.says == f"“{ONE.name}” was planned, but no result was recorded ({ONE.key})."


@given(
    st.lists(st.sampled_from([ONE, TWO, THREE]), max_size=5), st.lists(st.sampled_from([ONE, TWO, THREE]), max_size=5)
)
def test_agreement_means_the_same_scenarios_once_each(plan: list[object], recorded: list[object]) -> None:
    differences = kinds(plan, [result(item) for item in recorded])  # type: ignore[arg-type]
    plan_keys = sorted(item.key for item in plan)  # type: ignore[attr-defined]
    result_keys = sorted(item.key for item in recorded)  # type: ignore[attr-defined]
    agree = plan_keys == result_keys and len(set(plan_keys)) == len(plan_keys)
    assert (not differences) == agree

"""The verdict: what is not known is never a pass, and a promise seen broken is never taken back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.acceptance.plan import Planned
from support.acceptance.results import Result
from support.acceptance.verdict import NO_SCENARIO, NOT_IN_RUN, Decision, Verdict, judge, worst
from support.base.outcomes import Outcome
from tests.support.acceptance import runs
from tests.support.acceptance.runs import Run, planned, result

MET, NOT_MET, BROKEN, NOT_VERIFIED = Outcome
ONE = runs.criteria(["CAIO-ROUTE-01"])
TWO = runs.criteria(["CAIO-ROUTE-01", "CAIO-CORS-01"])


def judged(*outcomes: Outcome, listed: object = ONE) -> Verdict:
    """The verdict on one criterion with a scenario of each outcome."""
    plan = [planned("CAIO-ROUTE-01", line=line) for line, _ in enumerate(outcomes)]
    found = [result(item, outcome, "why") for item, outcome in zip(plan, outcomes, strict=True)]
    return judge(listed, plan, found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes", "criterion", "decision"),
    [
        ([MET], MET, Decision.ACCEPTED),
        ([MET, MET], MET, Decision.ACCEPTED),
        ([MET, NOT_MET], NOT_MET, Decision.REJECTED),
        ([MET, BROKEN], BROKEN, Decision.UNDECIDED),
        ([NOT_MET, BROKEN, NOT_VERIFIED, MET], NOT_MET, Decision.REJECTED),
        ([BROKEN, NOT_VERIFIED], BROKEN, Decision.UNDECIDED),
        ([NOT_VERIFIED], NOT_VERIFIED, Decision.UNDECIDED),
        ([MET, NOT_VERIFIED], NOT_VERIFIED, Decision.UNDECIDED),
    ],
)
def test_a_criterion_takes_the_worst_of_its_scenarios(
    outcomes: list[Outcome], criterion: Outcome, decision: Decision
) -> None:
    verdict = judged(*outcomes)
    assert verdict.criteria[0].outcome is criterion
    assert verdict.decision is decision


def test_one_criterion_without_a_scenario_leaves_reservations() -> None:
    verdict = judged(MET, listed=TWO)
    assert verdict.decision is Decision.RESERVATIONS
    assert (verdict.criteria[1].outcome, verdict.criteria[1].reason) == (NOT_VERIFIED, NO_SCENARIO)


def test_what_was_left_out_of_a_partial_run_says_so() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    listed = runs.criteria(["CAIO-ROUTE-01", "CAIO-CORS-01", "CAIO-LOAD-01"])
    verdict = judge(listed, plan, [result(plan[0])], partial=True, covered=["CAIO-ROUTE-01", "CAIO-CORS-01"])
    assert [item.reason for item in verdict.criteria] == ["", NOT_IN_RUN, NO_SCENARIO]
    assert verdict.decision is Decision.RESERVATIONS
    assert verdict.partial


def test_in_a_whole_run_nothing_is_left_out() -> None:
    verdict = judge(TWO, [planned("CAIO-ROUTE-01")], [], covered=["CAIO-CORS-01"])
    assert verdict.criteria[1].reason == NO_SCENARIO


def test_nothing_selected_is_undecided() -> None:
    verdict = judge(ONE, [], [])
    assert verdict.decision is Decision.UNDECIDED
    assert verdict.troubles == ("No scenario was selected, so nothing was tried.",)


def test_no_result_at_all_is_undecided() -> None:
    verdict = judge(ONE, [planned("CAIO-ROUTE-01")], [])
    assert verdict.decision is Decision.UNDECIDED
    assert "Not one result was recorded." in verdict.troubles


def test_nothing_verified_is_no_acceptance() -> None:
    verdict = judged(NOT_VERIFIED)
    assert verdict.troubles == ("Nothing could be verified: not one criterion was seen kept.",)


def test_a_lost_result_is_broken() -> None:
    plan = [planned("CAIO-ROUTE-01", line=1), planned("CAIO-ROUTE-01", line=2)]
    verdict = judge(ONE, plan, [result(plan[0])])
    assert verdict.decision is Decision.UNDECIDED
    assert [item.reason for item in verdict.criteria[0].scenarios] == ["", "No result was recorded."]


def test_a_result_recorded_twice_is_broken_though_both_say_met() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    verdict = judge(ONE, plan, [result(plan[0]), result(plan[0])])
    assert verdict.decision is Decision.UNDECIDED
    assert "recorded 2 times" in verdict.criteria[0].reason


def test_a_retry_that_passes_does_not_hide_what_was_seen() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    verdict = judge(ONE, plan, [result(plan[0], NOT_MET, "it was wrong"), result(plan[0])])
    assert verdict.decision is Decision.REJECTED
    assert verdict.criteria[0].reason.startswith("it was wrong")


def test_an_unplanned_result_that_says_met_is_broken() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    verdict = judge(TWO, plan, [result(plan[0]), result(planned("CAIO-CORS-01"))])
    assert verdict.decision is Decision.UNDECIDED
    assert verdict.criteria[1].outcome is BROKEN


def test_an_unreadable_result_leaves_the_run_undecided() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    bad = Result(key="", name="x", outcome=BROKEN, message="The record x cannot be read", unreadable="x")
    assert judge(ONE, plan, [result(plan[0]), bad]).decision is Decision.UNDECIDED


def test_a_run_that_was_ended_early_is_undecided() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    verdict = judge(ONE, plan, [result(plan[0])], finished=False)
    assert verdict.decision is Decision.UNDECIDED
    assert "ended before" in verdict.troubles[0]


def test_an_error_around_the_scenarios_leaves_a_run_undecided() -> None:
    plan = [planned("CAIO-ROUTE-01")]
    verdict = judge(ONE, plan, [result(plan[0])], errors=["HOOK-ERROR in after_feature: boom"])
    assert verdict.decision is Decision.UNDECIDED
    assert "boom" in verdict.troubles[0]


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [(NOT_MET, Decision.REJECTED), (BROKEN, Decision.UNDECIDED), (NOT_VERIFIED, Decision.ACCEPTED)],
)
def test_a_scenario_without_a_criterion_counts_when_it_goes_wrong(outcome: Outcome, decision: Decision) -> None:
    stray = planned("CAIO-ROUTE-01", line=99).model_copy(update={"criteria": ()})
    plan = [planned("CAIO-ROUTE-01"), stray]
    verdict = judge(ONE, plan, [result(plan[0]), result(stray, outcome, "why").model_copy(update={"criteria": ()})])
    assert verdict.decision is decision
    assert [item.key for item in verdict.strays] == [stray.key]


def test_a_criterion_that_is_not_listed_leaves_the_run_undecided() -> None:
    plan = [planned("CAIO-ROUTE-01"), planned("CAIO-NEW-01")]
    verdict = judge(ONE, plan, [result(item) for item in plan])
    assert verdict.decision is Decision.UNDECIDED
    assert "CAIO-NEW-01" in verdict.troubles[0]


def test_outcomes_are_kept_apart_by_interface() -> None:
    plan = [planned("CAIO-ROUTE-01"), planned("CAIO-ROUTE-01", interface="python")]
    verdict = judge(ONE, plan, [result(plan[0]), result(plan[1], NOT_MET, "wrong")])
    (criterion,) = verdict.criteria
    assert (criterion.over("http"), criterion.over("python"), criterion.over("grpc")) == (MET, NOT_MET, None)
    assert criterion.outcome is NOT_MET


def test_a_scenario_of_two_criteria_counts_once() -> None:
    both = planned("CAIO-ROUTE-01").model_copy(update={"criteria": ("CAIO-ROUTE-01", "CAIO-CORS-01")})
    verdict = judge(TWO, [both], [result(both)])
    assert verdict.count(MET) == 2
    assert len(verdict.scenarios) == 1


@pytest.mark.parametrize(
    ("kind", "decision", "plain", "strict"),
    [
        ("accepted", Decision.ACCEPTED, 0, 0),
        ("reservations", Decision.RESERVATIONS, 0, 3),
        ("rejected", Decision.REJECTED, 1, 1),
        ("undecided", Decision.UNDECIDED, 2, 2),
        ("partial", Decision.RESERVATIONS, 0, 3),
    ],
)
def test_exit_codes(kind: str, decision: Decision, plain: int, strict: int) -> None:
    verdict = runs.KINDS[kind]().verdict
    assert verdict.decision is decision
    assert (verdict.exit_code(), verdict.exit_code(strict=True)) == (plain, strict)


def test_strictness_can_allow_what_is_still_to_be_written() -> None:
    listed = TWO.model_copy(
        update={"criteria": (TWO.criteria[0], TWO.criteria[1].model_copy(update={"planned": True}))}
    )
    verdict = judged(MET, listed=listed)
    assert verdict.exit_code(strict=True) == 3
    assert verdict.exit_code(strict=True, allow_planned=True) == 0
    assert (verdict.reservations(), verdict.reservations(allow_planned=True)) == (["CAIO-CORS-01"], [])


def test_strictness_can_allow_what_was_not_asked_for_but_nothing_that_was() -> None:
    asked = planned("CAIO-ROUTE-01")
    left_out = judge(TWO, [asked], [result(asked)], partial=True, covered=("CAIO-ROUTE-01", "CAIO-CORS-01"))
    assert (left_out.exit_code(strict=True), left_out.exit_code(strict=True, allow_partial=True)) == (3, 0)
    other = planned("CAIO-CORS-01", line=2)
    skipped = judge(TWO, [asked, other], [result(asked), result(other, NOT_VERIFIED, "no engine")], partial=True)
    assert skipped.exit_code(strict=True, allow_partial=True) == 3
    assert skipped.reservations(allow_partial=True) == ["CAIO-CORS-01"]


@given(st.lists(st.sampled_from(list(Outcome))))
def test_the_worst_is_one_of_them_and_met_only_when_all_are(outcomes: list[Outcome]) -> None:
    found = worst(outcomes)
    assert found in outcomes if outcomes else found is None
    assert (found is MET) == (bool(outcomes) and set(outcomes) == {MET})
    assert (found is NOT_MET) == (NOT_MET in outcomes)


IDS = ("CAIO-ROUTE-01", "CAIO-ROUTE-02", "CAIO-CORS-01")
PLANS = st.lists(
    st.builds(
        planned,
        st.sampled_from([*IDS, "CAIO-NEW-01"]),
        interface=st.sampled_from(["http", "python"]),
        line=st.integers(1, 5),
    ),
    max_size=8,
)


@st.composite
def any_run(draw: st.DrawFn) -> Run:
    """A run in which results may be lost, doubled, added, unreadable and of any outcome."""
    plan: list[Planned] = draw(PLANS)
    recorded = draw(st.lists(st.sampled_from(plan), max_size=10)) if plan else []
    whole = draw(st.booleans())
    sources = list({item.key: item for item in plan}.values()) if whole else [*recorded, *draw(PLANS)]
    outcomes = draw(st.lists(st.sampled_from(list(Outcome)), min_size=len(sources), max_size=len(sources)))
    found = [result(item, outcome, "why") for item, outcome in zip(sources, outcomes, strict=True)]
    return Run(
        criteria=runs.criteria(IDS), plan=plan, results=found, partial=draw(st.booleans()), finished=draw(st.booleans())
    )


@given(any_run())
def test_accepted_means_that_every_criterion_was_tried_and_seen_kept(run: Run) -> None:
    verdict = run.verdict
    if verdict.decision is Decision.ACCEPTED:
        assert {item.outcome for item in verdict.criteria} == {MET}
        assert all(item.scenarios for item in verdict.criteria)
        assert not verdict.differences
        assert run.finished
    if verdict.exit_code() == 0:
        assert {item.outcome for item in run.results} <= {MET, NOT_VERIFIED}
        assert sorted(item.key for item in run.plan) == sorted(item.key for item in run.results)
        assert MET in {item.outcome for item in verdict.criteria}


@given(any_run())
def test_what_was_seen_broken_always_rejects(run: Run) -> None:
    seen = any(item.outcome is NOT_MET for item in run.results)
    assert (run.verdict.decision is Decision.REJECTED) == seen


@given(any_run(), st.randoms())
def test_the_order_of_the_results_changes_nothing(run: Run, random: object) -> None:
    before = run.verdict
    random.shuffle(run.results)  # type: ignore[attr-defined]
    after = run.verdict
    assert after.decision is before.decision
    assert [item.outcome for item in after.criteria] == [item.outcome for item in before.criteria]


@given(any_run(), st.integers(0, 20))
def test_losing_a_result_never_makes_a_verdict_pass(run: Run, index: int) -> None:
    if run.results:
        lost = run.results[index % len(run.results)]
        run.results = [item for item in run.results if item is not lost]
        if lost.key in {item.key for item in run.plan} and lost.key not in {item.key for item in run.results}:
            assert run.verdict.exit_code() != 0

"""An item of the checklist is met only by tests that were tried and met; what is vouched for is never called met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.acceptance import checklist, comment, page, summary, words
from support.base import checklists
from support.base.checklists import Item
from support.base.outcomes import Outcome, UsageError
from tests.support.acceptance import runs

ROUTE, CORS, PLANNED = "CAIO-ROUTE-01", "CAIO-CORS-03", "CAIO-HARD-05"
GOOD = """items:
  - id: one
    section: Security
    text: One.
    criteria: [CAIO-ROUTE-01]
"""


def stands(run: runs.Run, **named: object) -> checklist.ItemOutcome:
    """How an item that names these tests and vouchers stands in a run."""
    return checklist.judge([Item.model_validate({"id": "one", "section": "s", "text": "t", **named})], run.verdict)[0]


@pytest.fixture
def reservations() -> runs.Run:
    return runs.reservations()


def test_an_item_is_met_if_all_of_its_tests_are() -> None:
    run = runs.accepted()
    assert stands(run, criteria=[ROUTE, CORS]).outcome is Outcome.MET
    assert stands(run, criteria=[ROUTE], scenarios=[f"{runs.CASES[0]} of {CORS}"]).outcome is Outcome.MET


@pytest.mark.parametrize("outcome", [Outcome.NOT_MET, Outcome.BROKEN, Outcome.NOT_VERIFIED])
def test_an_item_takes_the_worst_outcome_of_its_tests(outcome: Outcome) -> None:
    run = runs.accepted()
    run.end(CORS, outcome, "because")
    found = stands(run, criteria=[ROUTE, CORS])
    assert found.outcome is outcome
    assert [(proof.name, proof.outcome) for proof in found.proofs] == [(ROUTE, Outcome.MET), (CORS, outcome)]
    assert found.proofs[1].reason == "because"


def test_what_is_tested_in_part_and_vouched_for_otherwise_is_never_called_met() -> None:
    voucher = {"vouched_by": "Platform lead", "why_no_test": "It is a network.", "rests_on": "operations.md"}
    run = runs.accepted()
    found = stands(run, criteria=[ROUTE], **voucher)
    assert (found.outcome, [proof.outcome for proof in found.proofs]) == (None, [Outcome.MET])
    run.end(ROUTE, Outcome.NOT_MET, "broken")
    assert stands(run, criteria=[ROUTE], **voucher).outcome is Outcome.NOT_MET


@pytest.mark.parametrize("criterion", [PLANNED, "CAIO-GONE-01"])
def test_a_test_that_is_not_there_makes_an_item_not_verified(reservations: runs.Run, criterion: str) -> None:
    found = stands(reservations, criteria=[ROUTE, criterion])
    assert found.outcome is Outcome.NOT_VERIFIED
    assert found.proofs[1].reason


def test_a_test_that_was_not_asked_for_makes_an_item_not_verified() -> None:
    found = stands(runs.partial(), criteria=[CORS], scenarios=[f"{runs.CASES[0]} of {CORS}"])
    assert [proof.reason for proof in found.proofs] == ["Not part of this run"] * 2
    assert found.outcome is Outcome.NOT_VERIFIED


def test_a_scenario_that_does_not_exist_is_told_as_such(reservations: runs.Run) -> None:
    found = stands(reservations, scenarios=["No such thing"])
    assert (found.outcome, found.proofs[0].reason) == (Outcome.NOT_VERIFIED, "There is no such scenario")


def test_a_scenario_is_taken_over_every_interface_and_with_every_row() -> None:
    run = runs.accepted()
    run.plan[:] = [p.model_copy(update={"name": "An outline (row 2)"}) if ROUTE in p.criteria else p for p in run.plan]
    run.end(ROUTE, Outcome.NOT_MET, "broken")
    found = stands(run, scenarios=["An outline"])
    assert (found.outcome, len(found.proofs[0].scenarios)) == (Outcome.NOT_MET, 2 * len(runs.CASES))


def test_what_is_only_vouched_for_has_no_outcome(reservations: runs.Run) -> None:
    assert stands(reservations, vouched_by="Ada", why_no_test="it is a room").outcome is None


@pytest.mark.parametrize("half", [{}, {"vouched_by": "Ada"}, {"why_no_test": "it is a room"}, {"vouched_by": " "}])
def test_half_a_voucher_is_none(reservations: runs.Run, half: dict[str, str]) -> None:
    found = stands(reservations, **half)
    assert (found.outcome, found.reason) == (Outcome.NOT_VERIFIED, checklist.NOBODY)


def test_a_voucher_hides_no_test_that_was_not_met() -> None:
    run = runs.rejected()
    assert stands(run, criteria=[CORS], vouched_by="Ada", why_no_test="it is a room").outcome is Outcome.NOT_MET


def test_the_outputs_count_the_same(tmp_path: Path) -> None:
    run = runs.rejected()
    judged = checklist.judge(run.checklist, run.verdict)
    says = words.standing(judged)
    assert says == "1 of 6 items met, 1 not met, 3 not verified; 1 vouched for"
    assert says in page.as_html(run.verdict, run.record, run.links)
    assert says in page.as_markdown(run.verdict, run.record, run.links)
    assert says in summary.text(run.verdict, "CAIO", tmp_path / "page", checklist=judged)
    page.write(run.verdict, run.record, tmp_path)
    assert says in comment.markdown(comment.read(tmp_path), tmp_path)
    told = json.loads((tmp_path / "acceptance.json").read_bytes())["checklist"]
    assert {one["item"]["id"]: one["outcome"] for one in told} == {
        "cors": "not met",
        "network": None,
        "vault": "not verified",
        "alerts": "not verified",
        "load": "not verified",
        "routes": "met",
    }


def test_without_a_checklist_nothing_is_said_of_one(tmp_path: Path) -> None:
    run = runs.rejected()
    run.checklist = ()
    assert words.standing(()) == ""
    page.write(run.verdict, run.record, tmp_path)
    assert "ardening checklist" not in summary.text(run.verdict, "CAIO", tmp_path / "page")
    assert "ardening checklist" not in comment.markdown(comment.read(tmp_path), tmp_path)
    for name in ("html", "md"):
        assert "ardening checklist" not in (tmp_path / f"acceptance.{name}").read_text()


def test_a_page_of_an_earlier_version_without_a_checklist_is_read(tmp_path: Path) -> None:
    run = runs.accepted()
    page.write(run.verdict, run.record, tmp_path)
    data = json.loads((tmp_path / "acceptance.json").read_bytes())
    del data["checklist"]
    (tmp_path / "acceptance.json").write_text(json.dumps(data))
    assert comment.read(tmp_path).checklist == ()


def test_a_checklist_is_read(tmp_path: Path) -> None:
    (tmp_path / "hardening.yaml").write_text(GOOD)
    (item,) = checklists.load(tmp_path / "hardening.yaml")
    assert (item.tested, item.vouched) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("criteria: [CAIO-ROUTE-01]", "criterion: CAIO-ROUTE-01", "5: items[0].criterion: unknown field"),
        ("[CAIO-ROUTE-01]", "[routing]", "5: items[0].criteria[0]: String should match pattern"),
        ("    text: One.\n", "", "2: items[0].text: required field is missing"),
        ("id: one", "id: Number One", "2: items[0].id: String should match pattern"),
        ("items:\n", "points: []\nitems:\n", "1: points: unknown field"),
        (GOOD, "items: []\n", "1: items: Tuple should have at least 1 item"),
        (GOOD, GOOD + GOOD.removeprefix("items:\n"), "6: items[1].id: 'one' is listed twice"),
        (GOOD, "- one\n", "1: the document: Input should be"),
    ],
)
def test_a_checklist_of_the_wrong_form_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "hardening.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(UsageError) as refusal:
        checklists.load(path)
    assert f"{path}:{complaint}" in str(refusal.value)


def test_the_page_leads_from_each_item_to_its_criteria_and_their_evidence() -> None:
    run = runs.rejected()
    section = page.as_html(run.verdict, run.record, run.links).partition('id="checklist"')[2].partition("<section")[0]
    for item in run.checklist:
        assert f'id="item-{item.id}"' in section
    assert 'href="#CAIO-CORS-03"' in section
    assert 'href="#CAIO-GONE-01"' not in section
    evidence = [one.key for one in run.plan if {"CAIO-CORS-01", "CAIO-CORS-03"} & set(one.criteria)]
    assert all(run.links[key] in section for key in evidence)
    assert "There is no such criterion" in section
    assert "operations.md#network-access" in section


def test_words_of_a_checklist_do_not_act() -> None:
    run = runs.accepted()
    hostile = {"text": runs.HOSTILE, "vouched_by": runs.HOSTILE, "why_no_test": runs.HOSTILE, "rests_on": runs.HOSTILE}
    run.checklist = (Item.model_validate({"id": "one", "section": runs.HOSTILE, **hostile}),)
    assert "<script>" not in page.as_html(run.verdict, run.record, {})
    assert "<script>" not in page.as_markdown(run.verdict, run.record, {})

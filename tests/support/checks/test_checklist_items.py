"""What a checklist leans on must be there: a test that is only planned shows nothing, and half a voucher is none."""

import pytest

from support.base.checklists import Item
from support.checks import checklist_items
from support.checks.checklist_items import Reading

WHOLE = {"vouched_by": "Ada", "why_no_test": "it is a room"}


@pytest.fixture
def reading(tmp_path):
    (tmp_path / "page.md").write_text("# A page\n\n## What to do (now)\n")

    def read(**named):
        items = (Item.model_validate({"id": "one-thing", "section": "Security", "text": "One.", **named}),)
        listed = frozenset({"CAIO-A-01", "CAIO-PLANNED-01"})
        return Reading(items, listed, frozenset({"CAIO-A-01"}), frozenset({"It works"}), tmp_path)

    return read


def test_items_are_told_by_section_in_words(reading):
    assert checklist_items.by_section(reading()) == {("security", "one thing")}


@pytest.mark.parametrize(
    "named",
    [
        {"criteria": ["CAIO-A-01"]},
        {"scenarios": ["It works"]},
        {"criteria": ["CAIO-A-01", "CAIO-PLANNED-01"]},
        WHOLE,
        {"criteria": ["CAIO-PLANNED-01"], **WHOLE},
    ],
)
def test_a_test_that_exists_or_a_whole_voucher_is_ground_enough(reading, named):
    assert checklist_items.without_ground(reading(**named)) == []


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({}, "it names no test"),
        ({"criteria": ["CAIO-PLANNED-01"]}, "it names only CAIO-PLANNED-01, which no scenario shows"),
        ({"criteria": ["CAIO-GONE-01"]}, "it names only CAIO-GONE-01"),
        ({"scenarios": ["It worked"]}, "it names only It worked"),
        ({"vouched_by": "Ada"}, "it names no test"),
        ({"why_no_test": "it is a room"}, "it names no test"),
    ],
)
def test_nothing_else_is(reading, named, says):
    (complaint,) = checklist_items.without_ground(reading(**named))
    assert complaint.startswith(f"“One.” (one-thing): {says}")


def test_a_planned_test_is_known_and_one_that_does_not_exist_is_not(reading):
    found = checklist_items.unknown_tests(
        reading(criteria=["CAIO-PLANNED-01", "CAIO-GONE-01"], scenarios=["It worked"])
    )
    assert [complaint.rpartition(": ")[2] for complaint in found] == ["'CAIO-GONE-01'", "'It worked'"]


@pytest.mark.parametrize("rests_on", ["", "page.md", "page.md#a-page", "page.md#what-to-do-now"])
def test_a_whole_voucher_may_rest_on_a_page_or_a_part_of_it(reading, rests_on):
    assert checklist_items.hollow_vouchers(reading(**WHOLE, rests_on=rests_on)) == []


@pytest.mark.parametrize(
    ("named", "faults"),
    [
        ({"vouched_by": "Ada"}, ["it is not said why no test can"]),
        ({"why_no_test": "it is a room"}, ["it is not said who vouches"]),
        ({"rests_on": "page.md"}, ["it is not said who vouches", "it is not said why no test can"]),
        ({**WHOLE, "rests_on": "gone.md"}, ["gone.md does not exist"]),
        ({**WHOLE, "rests_on": "page.md#gone"}, ["page.md has no heading 'gone'"]),
    ],
)
def test_what_a_voucher_lacks_is_told(reading, named, faults):
    found = checklist_items.hollow_vouchers(reading(**named))
    assert [complaint.partition(": ")[2] for complaint in found] == faults

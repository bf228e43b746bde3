"""Sentences about a system's hardening checklist: what its items name, and who vouches for them."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to

from support.base import documents
from support.checks import checklist_items as checks
from support.subjects import checklist
from support.subjects.checklist import ChecklistState
from support.world import vocabulary

vocabulary.register()


@when("the owner reads the hardening checklist of {system:System}")
def read(context: Context, system: str) -> None:
    """The checklist that the system's definition names is read, and set beside the criteria and scenarios there are."""
    context.world.part(ChecklistState).reading = checklist.read(context.world)


@then("the checklist has these items and no others")
def has_items(context: Context) -> None:
    """In each section of the table the checklist has these items, named as there, and none besides."""
    rows = ((row["section"].lower(), row["items"].lower().split(", ")) for row in documents.rows(context.table))
    agreed = {(section, item) for section, items in rows for item in items}
    assert_that(
        checks.by_section(context.world.part(ChecklistState).reading), equal_to(agreed), "items of the checklist"
    )


@then("every item names a test that exists, or who vouches for it")
def rests_on_something(context: Context) -> None:
    """Each item names a criterion that has a scenario, or a scenario, or somebody with a name and a reason."""
    assert_that(
        checks.without_ground(context.world.part(ChecklistState).reading),
        empty(),
        "items that nothing and nobody stands for",
    )


@then("every test that an item names is part of this acceptance")
def names_existing_tests(context: Context) -> None:
    """Each criterion that an item names is listed, and each scenario that it names is there."""
    assert_that(checks.unknown_tests(context.world.part(ChecklistState).reading), empty(), "tests that do not exist")


@then("whoever vouches for an item has a name and a reason, and what it rests on exists")
def vouchers_are_whole(context: Context) -> None:
    """Each voucher says who and why, and the document and heading that it rests on are there."""
    assert_that(
        checks.hollow_vouchers(context.world.part(ChecklistState).reading), empty(), "vouchers that are not whole"
    )

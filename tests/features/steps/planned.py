"""Sentences about what is planned of a feature, and what becomes of it in the reports."""

from __future__ import annotations

from typing import Any

from behave import given, then, when
from hamcrest import assert_that, contains_exactly, contains_string, equal_to, has_entries, starts_with

from tests.features.steps.checkout import UNREADABLE, author_of


@given("a feature with a scenario that is met")
def met(context: Any) -> None:
    author_of(context).write("Scenario: Kept", "Then 1 and 1 make 2")


@given('a scenario that is not met, under the heading "{heading}"')
def lost(context: Any, heading: str) -> None:
    author_of(context).write_before(heading, "Then 1 and 1 make 3")


@given('a feature in German with a scenario that is not met, under the heading "{heading}"')
def lost_in_german(context: Any, heading: str) -> None:
    author_of(context).write_in_german(heading)


@given("a file in a folder below it that is {what}")
def unreadable(context: Any, what: str) -> None:
    author_of(context).add_file(UNREADABLE[what])


@given("rules of it that are described so:")
def described(context: Any) -> None:
    author_of(context).describe([context.table.headings[0], *(row[0] for row in context.table)])


@given("a feature with two scenarios of one name, of which the first is not met")
def same_name(context: Any) -> None:
    author_of(context).write("Scenario: Kept", "Then 1 and 1 make 2")
    author_of(context).write_before("Scenario: Kept", "Then 1 and 1 make 3")


@when("the feature is accepted")
def accepted(context: Any) -> None:
    author_of(context).accept()


@when("the feature is accepted, run with behave, and checked by lint")
def every_way(context: Any) -> None:
    author_of(context).try_every_way()


@when("the feature is accepted, and a result is recorded of another scenario by the same name in the report")
def merged(context: Any) -> None:
    author_of(context).accept_and_merge()


@then("each refuses it, naming the file and the line of that heading")
def refused_with_line(context: Any) -> None:
    author = author_of(context)
    expected = starts_with(f"{author.file}:{author.lost_line}: ")
    assert_that(author.refusals, has_entries(accept=expected, behave=expected, lint=expected))


@then("each refuses it, naming that file")
def refused_with_file(context: Any) -> None:
    expected = starts_with(f"{author_of(context).added}:1: ")
    assert_that(author_of(context).refusals, has_entries(accept=expected, behave=expected, lint=expected))


@then('the verdict is "{verdict}"')
def verdict_is(context: Any, verdict: str) -> None:
    assert_that(author_of(context).verdict, equal_to(verdict))


@then("the Allure report shows two tests, one of which failed")
def shows_both(context: Any) -> None:
    assert_that(author_of(context).shown, contains_exactly("failed", "passed"))


@then("the acceptance page says that the Allure report shows a scenario not at all")
def told(context: Any) -> None:
    assert_that(author_of(context).page, contains_string("the Allure report shows it not at all"))

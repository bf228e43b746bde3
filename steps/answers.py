"""Sentences about the answers to declared requests: whether they are right, how soon they came, and who gave them."""

from behave import then
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, less_than_or_equal_to

from support.subjects import requests
from support.world import vocabulary

vocabulary.register()


@then("it is the answer to that very request")
def is_own_answer(context: Context) -> None:
    """It has the declared status and texts, among them the number that only this request had."""
    assert_that(requests.mismatches(context.world), empty(), "what is wrong with the answer")


@then("it came within {seconds:g} seconds")
def came_within(context: Context, seconds: float) -> None:
    """From connecting to the last byte, by the caller's own watch."""
    took = requests.last_sent(context.world).exchange.duration
    context.world.evidence.observation("time to the answer", round(took, 3), seconds, "s", 1)
    assert_that(took, less_than_or_equal_to(seconds), "seconds to the answer")


@then('it was answered by "{companion:Words}"')
def was_answered_by(context: Context, companion: str) -> None:
    """The answer names this companion, where the definition says that it does."""
    assert_that(requests.answered_by(context.world), equal_to(companion), "who gave the answer")

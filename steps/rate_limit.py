"""Sentences about rate limits: callers who ask again and again, and are told to wait."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    equal_to,
    greater_than_or_equal_to,
    has_length,
    less_than_or_equal_to,
    matches_regexp,
    only_contains,
)

from support.checks.basis import enough
from support.subjects import auth, rate_limit
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()), Action=vocabulary.requests())


@given("{caller:Caller} has tried to {action:Action} {count:d} times in a row")
@when("{caller:Caller} tries to {action:Action} {count:d} times in a row")
def attempt_repeatedly(context: Context, caller: str, action: str, count: int) -> None:
    """The caller tries this so often, without a pause."""
    for _ in range(count):
        auth.attempt(context.world, caller, action)


@when("the caller waits for as long as it was told and tries again")
def wait_and_try_again(context: Context) -> None:
    """The caller does what the last answer asked of it, and then tries the same again."""
    rate_limit.wait_as_told(context.world)
    rate_limit.repeat_last(context.world)


@then('the first {count:d} answers are "{outcome:Words}"')
def first_answers_are(context: Context, count: int, outcome: str) -> None:
    """So many of the answers in a row, from the first, are of this kind."""
    first = enough(context.world.exchanges[:count], "answers to judge")
    seen = auth.outcomes(context.world, first, outcome)
    assert_that(seen, has_length(count))
    assert_that(seen, only_contains(equal_to(outcome)))


@then('the last answer is "{outcome:Words}"')
def last_answer_is(context: Context, outcome: str) -> None:
    """The last answer in a row is of this kind."""
    assert_that(auth.outcome(context.world, context.world.exchange), equal_to(outcome), str(context.world.exchange))


@then("it says to wait for at least {least:d} and at most {most:d} seconds")
def says_how_long(context: Context, least: int, most: int) -> None:
    """The answer tells in whole seconds when to come back (RFC 9110, Retry-After)."""
    told = context.world.exchange.headers.get("Retry-After", "")
    assert_that(told, matches_regexp(r"^\d+$"), "Retry-After")
    assert_that(int(told), all_of(greater_than_or_equal_to(least), less_than_or_equal_to(most)), "Retry-After")

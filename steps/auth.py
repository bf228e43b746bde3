"""Sentences about callers: how they identify themselves, what they try, and whether they are let in."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    empty,
    equal_to,
    greater_than,
    greater_than_or_equal_to,
    has_length,
    less_than_or_equal_to,
    matches_regexp,
    only_contains,
)

from support import vocabulary
from support.actions import callers
from support.checks.basis import enough

vocabulary.register()


@given("{caller:Caller} has tried to {action:Action}")
@when("{caller:Caller} tries to {action:Action}")
def attempt(context: Context, caller: str, action: str) -> None:
    """The caller, with the token that it shows or does not show, calls the route for this action."""
    callers.attempt(context.world, caller, action)


@when("{caller:Caller} calls every API route")
def call_every_route(context: Context, caller: str) -> None:
    """The caller calls each route and method of the API that the system's own description lists."""
    callers.call_every_route(context.world, caller)


@when("{caller:Caller} calls an API route that does not exist")
def call_unknown_route(context: Context, caller: str) -> None:
    """The caller calls an address beside the API's own."""
    callers.call(context.world, caller, "GET", context.world.endpoint("protected") + "-that-does-not-exist")


@then('the answer is "{outcome:Words}"')
def answer_is(context: Context, outcome: str) -> None:
    """The caller was let in ("allowed"), or refused in this way."""
    seen = callers.outcomes(context.world, [context.world.exchange], outcome)
    assert_that(seen, only_contains(outcome), str(context.world.exchange))


@then('every call is refused as "{outcome:Words}"')
def every_call_is_refused(context: Context, outcome: str) -> None:
    """There were calls, and each of them was refused in this way."""
    calls = enough(context.world.exchanges, "calls made")
    seen = zip(calls, callers.outcomes(context.world, calls, outcome), strict=True)
    others = [f"{each}: {became}" for each, became in seen if became != outcome]
    assert_that(calls, has_length(greater_than(5)), "calls made")
    assert_that(others, empty(), f"calls that were not refused as {outcome}")


@then("it asks the caller for a token")
def asks_for_token(context: Context) -> None:
    """The answer has a challenge that names the scheme (RFC 9110, WWW-Authenticate)."""
    challenge = context.world.exchange.headers.get("WWW-Authenticate", "")
    assert_that(challenge, matches_regexp(r"(?i)(^|,\s*)bearer\b"), "challenge")


@then("it does not repeat the token")
def does_not_repeat(context: Context) -> None:
    """Neither head nor body of the answer holds the token that the caller showed."""
    assert_that(callers.echoed(context.world), empty(), "tokens in the answer")


@given("{caller:Caller} has listed the services {count:d} times in a row")
@when("{caller:Caller} lists the services {count:d} times in a row")
def list_repeatedly(context: Context, caller: str, count: int) -> None:
    """The caller lists the services so often, without a pause."""
    for _ in range(count):
        callers.attempt(context.world, caller, "list the services")


@when("the caller waits for as long as it was told and lists the services again")
def wait_and_try_again(context: Context) -> None:
    """The caller does what the last answer asked of it, and then tries the same again."""
    callers.wait_as_told(context.world)
    callers.repeat_last(context.world)


@then('the first {count:d} answers are "{outcome:Words}"')
def first_answers_are(context: Context, count: int, outcome: str) -> None:
    """So many of the answers in a row, from the first, are of this kind."""
    first = enough(context.world.exchanges[:count], "answers to judge")
    seen = callers.outcomes(context.world, first, outcome)
    assert_that(seen, has_length(count))
    assert_that(seen, only_contains(equal_to(outcome)))


@then('the last answer is "{outcome:Words}"')
def last_answer_is(context: Context, outcome: str) -> None:
    """The last answer in a row is of this kind."""
    answer_is(context, outcome)


@then("it says to wait for at least {least:d} and at most {most:d} seconds")
def says_how_long(context: Context, least: int, most: int) -> None:
    """The answer tells in whole seconds when to come back (RFC 9110, Retry-After)."""
    told = context.world.exchange.headers.get("Retry-After", "")
    assert_that(told, matches_regexp(r"^\d+$"), "Retry-After")
    assert_that(int(told), all_of(greater_than_or_equal_to(least), less_than_or_equal_to(most)), "Retry-After")

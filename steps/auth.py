"""Sentences about callers: how they identify themselves, what they try, and whether they are let in."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    assert_that,
    empty,
    greater_than,
    has_length,
    matches_regexp,
    only_contains,
)

from support.checks.basis import enough
from support.subjects import auth
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()), Action=vocabulary.requests())


@given("{caller:Caller} has tried to {action:Action}")
@when("{caller:Caller} tries to {action:Action}")
def attempt(context: Context, caller: str, action: str) -> None:
    """The caller, with the token that it shows or does not show, calls the route for this action."""
    auth.attempt(context.world, caller, action)


@when("{caller:Caller} calls every API route")
def call_every_route(context: Context, caller: str) -> None:
    """The caller calls each route and method of the API that the system's own description lists."""
    auth.call_every_route(context.world, caller)


@when("{caller:Caller} calls an API route that does not exist")
def call_unknown_route(context: Context, caller: str) -> None:
    """The caller calls an address beside the API's own."""
    auth.call(context.world, caller, "GET", context.world.endpoint("protected") + "-that-does-not-exist")


@then('the answer is "{outcome:Words}"')
def answer_is(context: Context, outcome: str) -> None:
    """The caller was let in ("allowed"), or refused in this way."""
    seen = auth.outcomes(context.world, [context.world.exchange], outcome)
    assert_that(seen, only_contains(outcome), str(context.world.exchange))


@then('every call is refused as "{outcome:Words}"')
def every_call_is_refused(context: Context, outcome: str) -> None:
    """There were calls, and each of them was refused in this way."""
    calls = enough(context.world.exchanges, "calls made")
    seen = zip(calls, auth.outcomes(context.world, calls, outcome), strict=True)
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
    assert_that(auth.echoed(context.world), empty(), "tokens in the answer")

"""Sentences about the rate limit on leads and all else: what passes in each window, and whose bucket it is."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, greater_than_or_equal_to, has_length, is_not, less_than_or_equal_to

from support.domains.automation import limits
from support.domains.automation.limits import Asked
from support.subjects import auth
from support.world import vocabulary

vocabulary.register()


@then("the refusal has the words and the wait that callers of the leads know")
def has_known_body(context: Context) -> None:
    """The body has the agreed ``detail``, and as ``retry_after`` the same seconds as the header."""
    assert_that(limits.wrong_in_refusal(context.world.exchange), empty(), "what the refusal tells otherwise")


@when("a user lists the leads without a pause for {seconds:d} seconds")
def list_without_pause(context: Context, seconds: int) -> None:
    """A user lists the leads again as soon as it is answered, for so long."""
    limits.list_for(context.world, seconds)


@then("in no window of {seconds:d} seconds did more than {count:d} requests for leads pass")
def no_window_has_more(context: Context, seconds: int, count: int) -> None:
    """Wherever a window of this length is laid, at most so many of the requests that were let through lie in it."""
    most = limits.most_within(context.world.part(Asked).passed, seconds)
    context.world.evidence.observation(f"requests that passed in {seconds} s", most, count, "requests")
    assert_that(most, less_than_or_equal_to(count), f"requests that passed in a window of {seconds} s")


@then("at least {count:d} requests for leads passed in all")
def passed_at_least(context: Context, count: int) -> None:
    """So many of the requests were let through, so that more than one window was seen."""
    assert_that(context.world.part(Asked).passed, has_length(greater_than_or_equal_to(count)), "requests that passed")


@then("exactly {count:d} requests for leads passed")
def passed_exactly(context: Context, count: int) -> None:
    """So many of the requests were let through, and not one more."""
    assert_that(context.world.part(Asked).passed, has_length(count), "requests that passed")


@when('a caller at "{address:Words}" asks for leads without a token {count:d} times')
def ask_from(context: Context, address: str, count: int) -> None:
    """Somebody whose connections come from this address asks without a pass, so often."""
    limits.ask_from(context.world, address, count)


@then('a caller at "{address:Words}" who asks for leads without a token is not told to wait')
def other_is_served(context: Context, address: str) -> None:
    """Somebody at this address is refused for lack of a pass, and not for asking too often."""
    answer = limits.ask_from(context.world, address, 1)
    assert_that(auth.outcomes(context.world, [answer], "rate-limited"), is_not(["rate-limited"]), str(answer))


@when("a caller asks for leads without a token {count:d} times, each time saying that it came from another address")
def ask_as_others(context: Context, count: int) -> None:
    """Somebody asks without a pass, and each time names another address in the headers that proxies add."""
    limits.ask_as_if_from_elsewhere(context.world, count)


@when("a user lists the leads {count:d} times, each time over a connection of its own")
def list_apart(context: Context, count: int) -> None:
    """A user lists the leads so often, one after the other, each time over a new connection."""
    limits.list_apart(context.world, count)


@when("a user lists the leads {count:d} times at the same moment")
def list_at_once(context: Context, count: int) -> None:
    """A user lists the leads so often at the same moment, each time over a connection of its own."""
    limits.list_apart(context.world, count, at_once=True)

"""Sentences about many chats at once: how long explanations take, and what is left unexplained."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, greater_than, has_length

from support.domains.sidecar import loads, metrics
from support.world import vocabulary

vocabulary.register()


@when("{users:d} users have chats for {seconds:d} seconds, three of ten of which are explained by {level:w}")
def steadily(context: Context, users: int, seconds: int, level: str) -> None:
    """Users chat at the pace of people; each explanation is waited for, and timed by the users' own watch."""
    loads.steadily(context.world, users, seconds, level)


@when("{users:d} users have chats explained for {seconds:d} seconds, each about once a second")
def often(context: Context, users: int, seconds: int) -> None:
    """The same users first chat with the model alone, in the same way, so that both can be compared."""
    loads.often(context.world, users, seconds)


@when("a user has {count:d} chats each with the model itself and by the sidecar, in turns")
def in_turns(context: Context, count: int) -> None:
    """One chat by the model, one by the sidecar, and so on, over connections that are kept open."""
    loads.in_turns(context.world, count)


@then("{percent:g} % of the explanations of the chats took at most {seconds:g} seconds")
def took_at_most(context: Context, percent: float, seconds: float) -> None:
    """From the answer of the chat to the end of its trace."""
    loads.demand_explained(context.world, percent, seconds)


@then("{percent:g} % of the chats took at most {milliseconds:g} ms longer by the sidecar")
def added(context: Context, percent: float, milliseconds: float) -> None:
    """The time at this percentile by the sidecar, less the time at it by the model itself."""
    loads.demand_added(context.world, percent, milliseconds)


@then("{percent:g} % of the chats took at most twice as long as the model alone")
def beside_model(context: Context, percent: float) -> None:
    """The time at this percentile, beside the model's own with the same users."""
    loads.demand_beside_model(context.world, percent)


@then('every trace of the load ended as "{end:Words}"')
def all_ended_as(context: Context, end: str) -> None:
    """There were traces, and each of them ended in this way."""
    assert_that(loads.unlike_end(context.world, end), empty(), "traces that ended otherwise")


@then("every trace of the load has an end")
def all_ended(context: Context) -> None:
    """There were traces, and none of them is left waiting."""
    assert_that(loads.without_end(context.world), empty(), "traces without an end")


@then("every graph of a trace that is complete is valid, and there are at least {least:d}")
def all_valid(context: Context, least: int) -> None:
    """Each graph that is delivered after the load has the form of the public format, and names only what it has."""
    assert_that(loads.invalid_graphs(context.world, least), empty(), "what is wrong with the graphs")


@given("the metrics say that no trace is open any more")
def none_open(context: Context) -> None:
    """The gateway has noticed that everything has ended: it looks again and again, and not at once."""
    assert_that(
        metrics.await_nothing_held(context.world), equal_to(0), "traces and copies of chats that are still open"
    )


@then("some of the chats were left unexplained, and were told so")
def some_unexplained(context: Context) -> None:
    """There are chats without a trace, and the answer of each says that it was left unexplained."""
    assert_that(loads.unexplained(context.world), has_length(greater_than(0)), "chats that were left unexplained")
    assert_that(loads.not_told(context.world), empty(), "chats that were not told so")


@then("the metrics count just these chats as left unexplained")
def counted(context: Context) -> None:
    """The counter of what was left unexplained rose by the number of chats that were told so."""
    count = len(loads.unexplained(context.world))
    assert_that(metrics.settle(context.world, metrics.SHED, {}, count), equal_to(count), "counted as left unexplained")

"""Sentences about what CAIO counts: decisions, and the time that they took."""

from behave import then
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    empty,
    equal_to,
    greater_than,
    is_not,
    less_than_or_equal_to,
    not_none,
)

from support.checks.basis import enough
from support.domains.caio.session import caio
from support.subjects import logs, metrics
from support.world import vocabulary

vocabulary.register()


@then("the metrics count {count:d} more decisions")
def count_decisions(context: Context, count: int) -> None:
    """Since the metrics were read first, the counter of decisions rose by exactly this."""
    assert_that(metrics.rise(context.world, "decisions", {}, count), equal_to(count), "decisions")


@then("together they are longer than nothing and no longer than the user waited")
def durations_agree(context: Context) -> None:
    """The sum of the recorded durations is positive and fits into the time that the user's own watch showed."""
    labels = {"route": context.world.endpoint("route")}
    waited = sum(answer.duration for answer in enough(caio(context.world).answers, "requests of the user"))
    counted = metrics.rise(context.world, "durations", labels, None, "_sum")
    context.world.evidence.observation("counted durations", round(counted, 4), round(waited, 4), "s", 20)
    assert_that(counted, all_of(greater_than(0.0), less_than_or_equal_to(waited)), "seconds in all")


@then("the log has a line about it with the request id that the user was given")
def line_has_request_id(context: Context) -> None:
    """The id that came with the answer stands in at least one line of the log."""
    given = caio(context.world).answer.request_id
    assert_that(given, not_none(), "request id in the answer")
    assert_that(logs.lines_about(context.world, given or ""), is_not(empty()), f"lines with the request id {given}")

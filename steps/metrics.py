"""Sentences about what a system counts, beside what its callers have seen."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, equal_to, greater_than, less_than_or_equal_to

from support import vocabulary
from support.actions import counting
from support.checks.basis import enough

vocabulary.register()


@given("the metrics have been read")
def note_metrics(context: Context) -> None:
    """The metrics are read once; what is counted from now on is compared with this."""
    context.world.metrics_before = counting.settled(context.world)


@when("the metrics are read {count:d} times")
def read_metrics(context: Context, count: int) -> None:
    """The metrics are read so often."""
    for _ in range(count):
        counting.read(context.world)


@then('the metrics count {count:d} more requests to "{endpoint:Words}" with the status {status:d}')
def count_requests(context: Context, count: int, endpoint: str, status: int) -> None:
    """Since the metrics were read first, the counter of such requests rose by exactly this."""
    labels = {"route": context.world.endpoint(endpoint), "status": str(status)}
    assert_that(counting.rise(context.world, "requests", labels, count), equal_to(count), f"requests {labels}")


@then("the metrics count {count:d} more decisions")
def count_decisions(context: Context, count: int) -> None:
    """Since the metrics were read first, the counter of decisions rose by exactly this."""
    assert_that(counting.rise(context.world, "decisions", {}, count), equal_to(count), "decisions")


@then('the metrics hold {count:d} more durations of requests to "{endpoint:Words}"')
def count_durations(context: Context, count: int, endpoint: str) -> None:
    """Since the metrics were read first, so many durations were recorded."""
    labels = {"route": context.world.endpoint(endpoint)}
    assert_that(counting.rise(context.world, "durations", labels, count, "_count"), equal_to(count), "durations")


@then("together they are longer than nothing and no longer than the user waited")
def durations_agree(context: Context) -> None:
    """The sum of the recorded durations is positive and fits into the time that the user's own watch showed."""
    labels = {"route": context.world.endpoint("route")}
    waited = sum(answer.duration for answer in enough(context.world.answers, "requests of the user"))
    counted = counting.rise(context.world, "durations", labels, None, "_sum")
    context.world.evidence.observation("counted durations", round(counted, 4), round(waited, 4), "s", 20)
    assert_that(counted, all_of(greater_than(0.0), less_than_or_equal_to(waited)), "seconds in all")

"""Sentences about what the metrics count of requests for leads, of jobs and of the limit, beside what callers saw."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    assert_that,
    close_to,
    empty,
    equal_to,
    greater_than,
    greater_than_or_equal_to,
    less_than_or_equal_to,
)

from support.base.waiting import let_pass
from support.domains.automation import metrics
from support.world import vocabulary

vocabulary.register()


@given("the metrics of leads and workflows have been read")
def start(context: Context) -> None:
    """The metrics are read until nothing but the readings is counted; what is counted from now on is compared."""
    metrics.start(context.world)


@when("{good:d} good and {bad:d} bad requests for leads are made, each over a connection of its own")
def make(context: Context, good: int, bad: int) -> None:
    """A user lists the leads, and asks for leads that do not exist, each time over a new connection."""
    metrics.make(context.world, good, bad)


@then("the metrics of leads count {count:d} more requests, of which {failed:d} failed")
def count(context: Context, count: int, failed: int) -> None:
    """Since the metrics were read first, requests and failures rose by just this, readings of the metrics left out."""
    assert_that(metrics.rise(context.world, count, failed), equal_to((count, failed)), "requests and failures")


@when("the metrics of leads are read {count:d} times, each time over a connection of its own")
def read_apart(context: Context, count: int) -> None:
    """The metrics are read so often, each time over a new connection, and so from any worker."""
    metrics.read_apart(context.world, count)


@then("each reading counted the requests for leads of all workers")
def each_counts_all(context: Context) -> None:
    """No reading told of fewer requests than had been made before it."""
    assert_that(metrics.too_few(context.world), empty(), "readings that counted fewer requests than were made")


@then("the average latency of the metrics is at most what the callers of leads waited for")
def latency_is_less(context: Context) -> None:
    """The mean since the metrics were read is above nothing, and not above the mean of what callers waited for."""
    counted, waited = metrics.latency_beside_callers(context.world)
    assert_that(counted, greater_than(0.0), "average latency in ms")
    assert_that(counted, less_than_or_equal_to(waited), "average latency in ms, beside what callers waited for")


@then("the maximum latency of the metrics is at least a part of what the caller of the log-in waited for")
def maximum_is_seen(context: Context) -> None:
    """A log-in costs much more than the way to it: a tenth of what its caller waited for is at least in the maximum."""
    least = context.world.exchange.duration * 1000 * metrics.SMALLEST_PART
    seen = metrics.read(context.world)
    assert_that(seen.max_latency_ms, greater_than_or_equal_to(least), "maximum latency in ms")
    assert_that(seen.max_latency_ms, greater_than_or_equal_to(seen.avg_latency_ms), "maximum beside the average")


@when("{seconds:d} seconds pass without any lead")
def pass_time(context: Context, seconds: int) -> None:
    """Nobody asks for anything for so long."""
    let_pass(seconds, "the uptime is to grow")


@then("the uptime of the metrics grew by what has passed while no lead was asked for")
def uptime_grew(context: Context) -> None:
    """The uptime rose by as many seconds as have passed by the suite's own clock, but for its rounding."""
    rise, passed = metrics.uptime_rise(context.world)
    assert_that(rise, close_to(passed, metrics.CLOCK_ERROR), "seconds by which the uptime grew")


@given("the queue depth of the jobs is at least {count:d}")
def depth_is(context: Context, count: int) -> None:
    """The metrics say within the settling time that so many jobs wait."""
    metrics.depth(context.world, lambda depth: depth >= count, f"at least {count}")


@then("the queue depth of the jobs goes back to {count:d}")
def depth_goes_back(context: Context, count: int) -> None:
    """The metrics say within the settling time that just so many jobs wait."""
    seen = metrics.depth(context.world, lambda depth: depth == count, str(count))
    assert_that(seen, equal_to(count), "queue depth")


@then("the metrics say that a limit of {count:d} requests per {seconds:d} seconds is on leads and all else")
def show_limit(context: Context, count: int, seconds: int) -> None:
    """The metrics show the settings of the rate limit, and that it is on."""
    assert_that(metrics.limit_shown(context.world), equal_to((count, seconds)), "limit and window in the metrics")


@then("the metrics of leads tell the same in the format of scrapers")
def formats_agree(context: Context) -> None:
    """Requests, failures and queue depth are the same in both formats, but for the readings themselves."""
    assert_that(metrics.disagreements(context.world), empty(), "figures on which the formats disagree")

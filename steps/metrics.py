"""Sentences about what a system counts, beside what its callers have seen."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to

from support.subjects import metrics
from support.subjects.metrics import MetricsBaseline
from support.world import vocabulary

vocabulary.register()


@given("the metrics have been read")
def note_metrics(context: Context) -> None:
    """The metrics are read once; what is counted from now on is compared with this."""
    context.world.part(MetricsBaseline).samples = metrics.settled(context.world)


@when("the metrics are read {count:d} times")
def read_metrics(context: Context, count: int) -> None:
    """The metrics are read so often."""
    for _ in range(count):
        metrics.read(context.world)


@then('the metrics count {count:d} more requests to "{endpoint:Words}" with the status {status:d}')
def count_requests(context: Context, count: int, endpoint: str, status: int) -> None:
    """Since the metrics were read first, the counter of such requests rose by exactly this."""
    labels = context.world.system.metric_labels("requests", context.world.endpoint(endpoint), status)
    assert_that(metrics.rise(context.world, "requests", labels, count), equal_to(count), f"requests {labels}")


@then('the metrics hold {count:d} more durations of requests to "{endpoint:Words}"')
def count_durations(context: Context, count: int, endpoint: str) -> None:
    """Since the metrics were read first, so many durations were recorded."""
    labels = context.world.system.metric_labels("durations", context.world.endpoint(endpoint))
    assert_that(metrics.rise(context.world, "durations", labels, count, "_count"), equal_to(count), "durations")

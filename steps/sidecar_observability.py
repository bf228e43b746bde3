"""Sentences about what gateway and explainers count of chats and traces."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to

from support.base import documents
from support.domains.sidecar import metrics
from support.domains.sidecar.metrics import Readings
from support.world import vocabulary

vocabulary.register()


@given("the metrics of chats and traces have been read")
def begin(context: Context) -> None:
    """The metrics of gateway and explainers are read; what is counted from now on is compared with this."""
    metrics.begin(context.world)


@when("the metrics of the gateway of the chats are read")
def read_gateway(context: Context) -> None:
    """The gateway's metrics are read, once they count all traces of the scenario that wait."""
    metrics.read_gateway(context.world)


@when("the metrics of the explainer of the traces are read")
def read_explainers(context: Context) -> None:
    """The metrics of all explainers are read, and taken together."""
    metrics.read_explainers(context.world)


@then('they have the counters "{names:Words}" about chats, with values')
@then('they have the counters "{names:Words}" about traces, with values')
def have_counters(context: Context, names: str) -> None:
    """Each of these counters has samples, and has counted something."""
    found = metrics.lacking(context.world.part(Readings).last, documents.words(names))
    assert_that(found, empty(), "counters without values")


@then("they have a histogram of how long requests and chats took")
def have_histograms(context: Context) -> None:
    """There are buckets, a sum and a count of each, and something was counted."""
    found = metrics.lacking_histograms(context.world.part(Readings).last, "requests and chats")
    assert_that(found, empty(), "histograms without values")


@then("they have a histogram of how long explanations took")
def have_histogram_of_jobs(context: Context) -> None:
    """There are buckets, a sum and a count, and something was counted."""
    found = metrics.lacking_histograms(context.world.part(Readings).last, "explanations")
    assert_that(found, empty(), "histograms without values")


@then("they count {count:d} traces that wait, the oldest of them for as long as it does")
def count_waiting(context: Context, count: int) -> None:
    """The depth is the number of traces that wait; the backlog is no longer than the oldest of them has waited."""
    assert_that(metrics.waiting_otherwise(context.world, count), empty(), "what is told otherwise")


@when("users have {chats:d} chats, {explained:d} of which are explained, and {refused:d} more that are refused")
def chat_mix(context: Context, chats: int, explained: int, refused: int) -> None:
    """Users chat plainly and with explanations, and some ask for a way of explaining that there is not."""
    metrics.chat_mix(context.world, chats - explained, explained, refused)


@when("users have {count:d} chats with made-up models, levels, paths, tenants and names of traces")
def chat_made_up(context: Context, count: int) -> None:
    """Wherever callers can put words of their own, each chat has other ones."""
    metrics.chat_made_up(context.world, count)


@then("the metrics count {count:d} more chats, of which {explained:d} were explained")
def count_chats(context: Context, count: int, explained: int) -> None:
    """By the gateway's counter so many chats were answered since the metrics were read first, so many explained."""
    total = metrics.settle(context.world, metrics.CHATS, {"outcome": "ok"}, count)
    those = metrics.settle(context.world, metrics.CHATS, {"outcome": "ok", "mode": "explained"}, explained)
    assert_that((total, those), equal_to((count, explained)), "chats, and those that were explained")


@then("the metrics count {count:d} more chats that were refused")
def count_refused(context: Context, count: int) -> None:
    """By the gateway's counter so many chats were refused since the metrics were read first."""
    seen = metrics.settle(context.world, metrics.CHATS, {"outcome": "refused"}, count)
    assert_that(seen, equal_to(count), "chats that were refused")


@then('the metrics of the explainers count {count:d} more explanations as "{outcome:Words}"')
def count_jobs(context: Context, count: int, outcome: str) -> None:
    """By the counters of all explainers so many explanations ended in this way since the metrics were read first."""
    seen = metrics.settle_jobs(context.world, outcome, count)
    assert_that(seen, equal_to(count), f"explanations that ended as {outcome}")


@then("no label of the metrics of chats and traces holds what they made up")
def no_made_up_label(context: Context) -> None:
    """Neither gateway nor explainers have a label with a word of a caller's."""
    assert_that(metrics.made_up_anywhere(context.world), empty(), "labels that callers made up")


@then("the chats have added at most {most:d} series to each metric")
def few_series(context: Context, most: int) -> None:
    """However many different words callers use, the number of series stays bounded."""
    before, after = context.world.part(Readings).gateway, metrics.of_gateway(context.world)
    assert_that(metrics.grown(before, after, most), empty(), "metrics that grew by more series")

"""Sentences about what a gateway counts of requests and tokens, beside what callers and upstreams saw."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, only_contains

from support.domains.gateway import beside, metrics, words

words.register()


@given("the metrics of the gateway have been read")
def begin(context: Context) -> None:
    """The metrics are read once they rest; what is counted from now on is compared with this."""
    metrics.begin(context.world)


@given('another gateway is running beside the one with the "{profile:Words}" profile')
def run_beside(context: Context, profile: str) -> None:
    """Two gateways are up on one machine: another one, and the one in this profile, whose metrics are judged."""
    beside.start(context.world, "default", profile)


@when("a caller asks the other gateway for the {route:Route} model {count:d} times")
def ask_other(context: Context, route: str, count: int) -> None:
    """So many questions go to the gateway whose metrics are not judged, and are answered."""
    beside.ask_other(context.world, route, count)


@then("the metrics of the gateway count {count:d} more requests with the status {status:d}")
def count(context: Context, count: int, status: int) -> None:
    """Since the metrics were read first, the counter of requests with this status rose by exactly this."""
    rose = metrics.rise(context.world, status, count)
    context.world.evidence.observation(f"requests with the status {status}", rose, count, "requests")
    assert_that(rose, equal_to(count), f"requests counted with {metrics.labels(context.world, status)}")


@then("{times:d} readings of the gateway's metrics, each over a connection of its own, say the same")
def all_say_the_same(context: Context, times: int) -> None:
    """Whichever worker answers, it tells of the requests of all workers."""
    totals = metrics.read_apart(context.world, 200, times)
    assert_that(totals, only_contains(equal_to(totals[0])), "requests that each reading counted")
    assert_that(totals[0], equal_to(metrics.asked_with(context.world, 200)), "requests that were counted")


@then("the metrics of the gateway count the tokens that the upstream told")
def count_tokens(context: Context) -> None:
    """The counters of tokens read and made rose by what the answers say was used."""
    assert_that(metrics.miscounted_tokens(context.world), empty(), "counters of tokens that rose otherwise")

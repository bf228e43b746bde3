"""Sentences about what a gateway costs: beside its bare upstream, and beside itself with many more deployments."""

from behave import given, then, when
from behave.runner import Context

from support.domains.gateway import beside, comparison, running, words

words.register()


@given("a gateway with a thousand deployments is running beside it")
def run_many(context: Context) -> None:
    """Another gateway is up, which knows a thousand deployments, most of which nobody asks for."""
    beside.remember(context.world)
    running.start(context.world, "many")


@when(
    "{few:d} and then {many:d} callers ask for the {route:Route} model, through the gateway and from the bare upstream"
)
def compare_with_upstream(context: Context, few: int, many: int, route: str) -> None:
    """The same questions for a while, from so many callers at once; the memory of the gateway is read around them."""
    comparison.with_upstream(context.world, route, (few, many))


@when("a caller asks both gateways for the {route:Route} model, one after the other")
def compare_gateways(context: Context, route: str) -> None:
    """The same questions for a while to each of them, twice in turn."""
    few, many = beside.other(context.world), context.world.deployment
    comparison.two_gateways(context.world, route, few, many)


@then("all requests of the comparison succeed")
def all_succeed(context: Context) -> None:
    """Each question of each load was answered, and with the answer to it."""
    comparison.all_succeed(context.world)


@then("with {users:d} caller the gateway adds at most {limit:g} ms to {percent:g} % of answers")
def adds_little(context: Context, users: int, limit: float, percent: float) -> None:
    """The percentile of times through the gateway, less that of the bare upstream."""
    comparison.added(context.world, users, percent, limit / 1000)


@then("with {users:d} callers the gateway answers {percent:g} % of requests within {limit:g} ms")
def answers_in_time(context: Context, users: int, percent: float, limit: float) -> None:
    """The percentile of times through the gateway with so many callers at once."""
    comparison.within(context.world, users, percent, limit / 1000)


@then("the gateway's memory grows by at most {megabytes:g} MB for each 10,000 requests")
def grows_little(context: Context, megabytes: float) -> None:
    """The memory of all its processes after the loads, less that before them."""
    comparison.growth(context.world, megabytes)


@then("the gateway with a thousand deployments takes at most {limit:g} ms more for half of the answers")
def decides_quickly(context: Context, limit: float) -> None:
    """The median of its times, less that of the gateway with few deployments."""
    comparison.added(context.world, 1, 50, limit / 1000, comparison.MANY, comparison.GATEWAY)

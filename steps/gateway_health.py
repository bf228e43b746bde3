"""Sentences about what a gateway says of its health, and about one that is started before its upstreams."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to

from support.domains.gateway import health, starting
from support.world import vocabulary

vocabulary.register()


@given("every upstream of a gateway of its own is dead when it starts")
def start_first(context: Context) -> None:
    """The gateway is started while connections to its upstreams are refused; it need not be ready."""
    starting.start_before_upstreams(context.world)


@when("somebody without a key asks whether the gateway is alive")
def ask_alive(context: Context) -> None:
    """The liveness check is called without a key."""
    health.ask(context.world, health.ALIVE)


@when("somebody without a key asks whether the gateway is ready")
def ask_ready(context: Context) -> None:
    """The readiness check is called without a key."""
    health.ask(context.world, health.READY)


@then("the gateway says that it is alive")
def is_alive(context: Context) -> None:
    """The liveness check says so (200)."""
    answer = health.ask(context.world, health.ALIVE)
    assert_that(answer.status, equal_to(200), answer.describe())


@then("the gateway says that it is ready")
def is_ready(context: Context) -> None:
    """The readiness check said so (200) to who asked."""
    assert_that(context.world.exchange.status, equal_to(200), context.world.exchange.describe())


@given("the gateway has said within {seconds:d} seconds that it is not ready")
@then("the gateway says within {seconds:d} seconds that it is not ready")
def gets_unready(context: Context, seconds: int) -> None:
    """The readiness check says by its status, before this time is over, that nobody should be sent here."""
    health.await_readiness(context.world, False, seconds)


@then("the gateway says within {seconds:d} seconds that it is ready")
def gets_ready(context: Context, seconds: int) -> None:
    """The readiness check says by its status, before this time is over, that it can serve."""
    health.await_readiness(context.world, True, seconds)


@then("the gateway goes on saying for {seconds:d} seconds that it is ready")
def stays_ready(context: Context, seconds: int) -> None:
    """The readiness check says at each look of these seconds that it can serve."""
    health.stays_ready(context.world, seconds)

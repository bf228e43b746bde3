"""Sentences about a gateway that is told to stop, and about whom it connects to."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, is_

from support.domains.gateway import asking, connections, starting, words
from support.domains.gateway.starting import Stopped

words.register()


@when("the gateway is told to stop while a stream of the {route:Route} model is under way")
def stop_in_stream(context: Context, route: str) -> None:
    """Its process gets the signal to end (SIGTERM) while tokens go to a caller."""
    asking.begin(context.world)
    starting.stop_under_way(context.world, route, stream=True)


@when("the gateway is told to stop while an answer of the {route:Route} model is under way")
def stop_in_answer(context: Context, route: str) -> None:
    """Its process gets the signal to end (SIGTERM) while a caller waits for an answer in one piece."""
    asking.begin(context.world)
    starting.stop_under_way(context.world, route, stream=False)


@then("the gateway has ended")
def has_ended(context: Context) -> None:
    """Its processes ended within their grace period by themselves."""
    part = context.world.part(Stopped)
    assert_that((part.told, part.running), equal_to((True, False)), "told to stop, and still running")
    assert_that(part.exit_code, is_(starting.ended_by_itself()), "exit code")


@when(
    "callers ask for the {route:Route} model {count:d} times, {many:d} at a time, "
    "while the gateway's connections are watched"
)
def watch_connections(context: Context, route: str, count: int, many: int) -> None:
    """The operating system is asked again and again whom the gateway's processes are connected to."""
    asking.begin(context.world)
    connections.watch(context.world, lambda: asking.many(context.world, [route] * count, many, wait=0.1))


@then("the gateway had connections to its upstreams, and to nobody else")
def called_nobody_else(context: Context) -> None:
    """Connections to upstreams were seen, and none to any address that is not an upstream, caller or part of it."""
    assert_that(connections.others(context.world), empty(), "others whom the gateway was connected to")

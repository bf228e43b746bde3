"""Sentences about more workers: what they deliver of leads, and that they are as one to whoever holds a pass."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.automation import scaling, sessions
from support.world import vocabulary

HOLDERS = ("the pass", "the API key")
vocabulary.register(Holder=HOLDERS)


@when("{count:d} leads are delivered by {few:d} workers, and {again:d} more by {many:d}")
def deliver(context: Context, count: int, few: int, again: int, many: int) -> None:
    """Leads are created in bulk, and the time is taken until all are delivered; then again with more workers."""
    scaling.deliver_with(context.world, {few: count, many: again})


@then("the deliveries of leads by {many:d} workers took at most {share:g} times as long")
def was_faster(context: Context, many: int, share: float) -> None:
    """The more workers made the same deliveries in at most such a share of the time."""
    scaling.demand_faster(context.world, share)


@when("the holder of {holder:Holder} lists the leads {count:d} times, each time over a connection of its own")
def list_apart(context: Context, holder: str, count: int) -> None:
    """The last pass or API key is shown so often, each time over a new connection, and so to any worker."""
    sessions.listing(context.world, sessions.shown(context.world, holder), count)


@then("every request for leads was answered")
def all_answered(context: Context) -> None:
    """Each of the requests was let in."""
    assert_that(sessions.unlike(context.world, "allowed"), empty(), "requests that were not let in")


@then("every request for leads was refused")
def all_refused(context: Context) -> None:
    """Each of the requests was refused, as its caller is not known."""
    assert_that(sessions.unlike(context.world, "unauthenticated"), empty(), "requests that were not refused")

"""Sentences about web pages that call the gateway from a browser."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, greater_than_or_equal_to

from support.domains.gateway import pages
from support.subjects import cors
from support.world import vocabulary

vocabulary.register()


@when('a page from "{origin:Words}" asks the browser for permission to ask the gateway for a model')
def ask_permission(context: Context, origin: str) -> None:
    """The browser sends the preflight for a POST with a key and JSON that a page of this origin wants to make."""
    pages.ask_permission(context.world, origin)


@when('a page from "{origin:Words}" asks the gateway which models there are')
def list_models(context: Context, origin: str) -> None:
    """The browser makes this call, with a key, on behalf of a page of this origin."""
    pages.list_models(context.world, origin)


@when('a page from "{origin:Words}" asks the gateway with a wrong key which models there are')
def list_wrongly(context: Context, origin: str) -> None:
    """The browser makes this call, with a key that nobody has, on behalf of a page of this origin."""
    pages.list_models(context.world, origin, "an unknown key")


@then("the page is permitted to ask the gateway")
def is_permitted(context: Context) -> None:
    """The browser would go on to the call, as method and headers are all allowed for this origin."""
    assert_that(pages.outcome(context.world), equal_to("permitted"), cors.told(context.world))


@then("the page is not permitted to ask the gateway")
def is_not_permitted(context: Context) -> None:
    """There was an answer, and the browser would not go on to the call."""
    assert_that(context.world.exchange.error, equal_to(None), "an answer came")
    assert_that(pages.outcome(context.world), equal_to("not permitted"), cors.told(context.world))


@then("the page is allowed to read the gateway's refusal")
def may_read(context: Context) -> None:
    """The call was refused, and the browser gives the page the refusal to read."""
    assert_that(context.world.exchange.status or 0, greater_than_or_equal_to(400), "status of the refusal")
    assert_that(cors.outcome(context.world), equal_to("allowed in"), cors.told(context.world))

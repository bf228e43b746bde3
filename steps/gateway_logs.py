"""Sentences about a gateway's log, and about the id by which a request can be followed through it."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.gateway import asking, logs, requests, words

words.register()


@when("a caller with something to hide asks for {what:Hidden}")
def ask_in_confidence(context: Context, what: str) -> None:
    """A caller asks in words that nobody else may read."""
    asking.begin(context.world)
    logs.ask(context.world, "plain", what)


@then("the log of the gateway has neither a key nor what the caller wrote")
def keeps_secrets(context: Context) -> None:
    """There is a log, and no key of callers or upstreams and no word of the question stands in it."""
    assert_that(logs.leaks(context.world), empty(), "what stands in the log")


@when("a caller asks for the {route:Route} model under an id of its own")
def ask_under_id(context: Context, route: str) -> None:
    """A caller names the id of its request in the header that the gateway's definition says."""
    asking.begin(context.world)
    requests.ask_under_id(context.world, route)


@when("a caller asks for a stream of the {route:Route} model under an id of its own")
def stream_under_id(context: Context, route: str) -> None:
    """A caller names the id of its request for a stream."""
    asking.begin(context.world)
    requests.ask_under_id(context.world, route, stream=True)


@then("the caller of the model is given the id of the request back")
def is_returned(context: Context) -> None:
    """The id stands in a header of the answer."""
    assert_that(logs.not_returned(context.world), empty(), "answers without the id")


@then("the upstream was given the id of the request")
def is_passed_on(context: Context) -> None:
    """The id stands in a header of the upstream's call."""
    assert_that(logs.not_passed_on(context.world), empty(), "calls without the id")


@then("the log of the gateway has the id of the request")
def is_logged(context: Context) -> None:
    """The id stands in the log, within three seconds of the answer."""
    assert_that(logs.not_logged(context.world), empty(), "ids that do not stand in the log")


@then("each request for the model was given an id of its own, and the upstream was given it")
def ids_are_made(context: Context) -> None:
    """Each answer has an id, no two have the same one, and each call of an upstream has that of its request."""
    assert_that(logs.ids_made(context.world), empty(), "what is wrong with the ids")

"""Sentences about explorations of a gateway: models, failures, streams and requests in any order and form."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.gateway import exploration
from support.subjects import exploration as judged
from support.world import vocabulary

vocabulary.register()


@when("callers ask for models and upstreams fail in any order")
def explore_models(context: Context) -> None:
    """Callers who may and may not ask for several models, alone and together, while upstreams fail in made-up ways."""
    exploration.models(context.world)


@when("callers ask for streams and upstreams break them in any way")
def explore_streams(context: Context) -> None:
    """Callers ask for streams, and some go away, while upstreams write, fail and break off in made-up ways."""
    exploration.streams(context.world)


@when("requests of any form are sent to the gateway's models")
def explore_requests(context: Context) -> None:
    """Requests that the API's operations allow, and others that they do not, are made up and sent."""
    exploration.requests(context.world)


@then("every call and every answer is one that the model of the gateway allows")
@then("every answer of the gateway is one that the API allows")
def is_allowed(context: Context) -> None:
    """After each question, calls of upstreams and what its caller was told were those that the promises give."""
    assert_that(judged.explored(context.world), judged.agrees())


@then("every answer of the gateway is one that its own document describes, where it has one")
def is_described(context: Context) -> None:
    """Status, type, headers and body of each answer are described, and no undescribed request was accepted."""
    assert_that(
        exploration.undescribed(context.world), empty(), "answers that the gateway's document does not describe"
    )

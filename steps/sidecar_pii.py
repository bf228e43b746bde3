"""Sentences about personal data in chats, and about the copies in which it may not be."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, contains_string, empty

from support.domains.sidecar import personal, pii
from support.domains.sidecar.pii import Said
from support.world import vocabulary

vocabulary.register(Personal=[*personal.PERSONAL, *personal.LOOKS_PERSONAL], Place=pii.PLACES)


@when("a user has a chat explained that holds {kind:Personal}")
def explain(context: Context, kind: str) -> None:
    """The prompt holds a value that is valid and met nowhere else; the model repeats it word by word."""
    make = {**personal.PERSONAL, **personal.LOOKS_PERSONAL}[kind]
    pii.explain(context.world, make(context.world.part(Said).source))


@when("a user has a chat explained with personal data {place:Place}")
def explain_where(context: Context, place: str) -> None:
    """A name or an e-mail address that is met nowhere else stands in this place."""
    pii.explain_where(context.world, place)


@then("the chat itself was not changed")
def not_changed(context: Context) -> None:
    """The user was given the model's own answer, with the personal data in it."""
    assert_that(pii.changed(context.world), empty(), "where the answer differs from the model's own")


@then("the personal data of the chat is in no copy of it")
def in_no_copy(context: Context) -> None:
    """Queue, stores, files, logs, audit trail, metrics, traces, graphs and webhooks are searched."""
    assert_that(pii.search(context.world), empty(), "copies that hold it")


@then("the graph of the trace still holds it")
def still_holds(context: Context) -> None:
    """What only looks personal stands in the graph as it was written."""
    assert_that(
        pii.kept(context.world), contains_string(context.world.part(Said).values[-1]), "the prompt in the graph"
    )

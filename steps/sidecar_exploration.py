"""Sentences about explorations of traces, webhooks and prompts, each answer compared with a model."""

from __future__ import annotations

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.sidecar import exploration, pii
from support.subjects import exploration as judged
from support.world import vocabulary

vocabulary.register()


@when("callers of two tenants have chats explained, look at traces and cancel them in any order")
def work(context: Context) -> None:
    """Callers do what they may, and may not, in generated orders, while attribution fails, dawdles and works again."""
    exploration.in_any_order(context.world)


@when("explainers of the traces are killed while callers of two tenants work in any order")
def work_with_kills(context: Context) -> None:
    """The same, and explainers are killed without warning and started again."""
    exploration.with_kills(context.world)


@when("webhooks of two tenants are registered, taken away and called about traces in any order")
def work_with_webhooks(context: Context) -> None:
    """The same, and webhooks come and go whose receivers accept, fail and dawdle."""
    exploration.with_webhooks(context.world)


@when("chats with made-up prompts are explained")
def explain_made_up(context: Context) -> None:
    """Prompts are generated of words and of personal data that is valid; what is told of each is searched."""
    exploration.scrubbing(context.world)


@then("every answer is the one that a plain list of traces gives")
def answers_as_list(context: Context) -> None:
    """After each step callers saw what the model allows, and in the end every trace had an end, and was told once."""
    assert_that(judged.explored(context.world), judged.agrees())


@then("no made-up prompt of a chat has left personal data in a copy")
def nothing_left(context: Context) -> None:
    """Neither what is told of a trace nor any other copy holds personal data of any prompt."""
    assert_that(judged.explored(context.world), judged.agrees())
    assert_that(pii.search(context.world), empty(), "copies that hold personal data")

"""Sentences about webhooks, which tell of traces that are done, and about receivers that fail."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_length

from support.domains.sidecar import api, traces, webhooks
from support.domains.sidecar.webhooks import Receivers
from support.world import vocabulary

vocabulary.register(Behaviour=[*webhooks.BEHAVIOURS, webhooks.REDIRECTS], Address=webhooks.ADDRESSES)


@given("a user has registered a webhook")
def register(context: Context) -> None:
    """A user registers a webhook with a receiver that accepts every call."""
    webhooks.register(context.world)


@given("a user has registered a webhook whose receiver {behaviour:Behaviour}")
def register_behaving(context: Context, behaviour: str) -> None:
    """A user registers a webhook with a receiver that does not accept every call at once."""
    webhooks.register_behaving(context.world, behaviour)


@given("another tenant has registered a webhook")
def register_other(context: Context) -> None:
    """Somebody of another tenant registers a webhook."""
    webhooks.register(context.world, who=api.OTHER)


@given("a user has registered a webhook and taken it away")
def register_and_remove(context: Context) -> None:
    """A user registers a webhook and takes it away again; both is accepted."""
    answer = webhooks.take_away(context.world, webhooks.register(context.world))
    assert_that(answer.status, equal_to(204), str(answer))


@when("a user tries to register a webhook at {address:Address}")
def try_to_register(context: Context, address: str) -> None:
    """A user registers a webhook with this address, whatever becomes of it."""
    api.act(context.world, api.USER, "POST", "webhooks", json={"url": webhooks.ADDRESSES[address]})


@when("a user has two chats explained, one after the other")
def explain_two(context: Context) -> None:
    """A user has a chat explained, waits until its webhook has been called, and has another one explained."""
    traces.explain(context.world)
    webhooks.await_calls(context.world, context.world.part(Receivers).last, 1)
    traces.explain(context.world)


@then('the webhook is called once about the trace, which is "{status:Words}"')
def called_once(context: Context, status: str) -> None:
    """One call comes about the last trace, which tells this status, and no other follows."""
    calls = webhooks.await_calls(context.world, context.world.part(Receivers).last, 1)
    assert_that([webhooks.told_status(call) for call in calls], equal_to([status]), "statuses that were told")


@then("the webhook is called {times:d} times about the trace, with the same id each time")
def called_often(context: Context, times: int) -> None:
    """So many calls come about the last trace, all under one id, and no other follows."""
    calls = webhooks.await_calls(context.world, context.world.part(Receivers).last, times)
    assert_that(webhooks.ids_of(calls), has_length(1), "ids of the calls")


@then("each call of the webhook is signed with the secret that the user was given")
def are_signed(context: Context) -> None:
    """Each call has an id, a time that is now, and a signature of both and its body under the secret."""
    wrong = webhooks.badly_signed(context.world, context.world.part(Receivers).last)
    assert_that(wrong, empty(), "calls that the receiver could not trust")


@then("no call of the webhook holds the prompt, the answer or a token")
def hold_nothing(context: Context) -> None:
    """A call tells which trace is done, and nothing of what was said."""
    texts = [traces.PROMPT, "boiling point", *context.world.system.tokens()]
    held = webhooks.held_in(context.world, context.world.part(Receivers).last, texts)
    assert_that(held, empty(), "what stands in a call")


@then("each call of the webhook came later after the one before than that had come itself")
def come_slower(context: Context) -> None:
    """The pause before each call is no shorter than the pause before the call before it."""
    found = webhooks.pauses(context.world.part(Receivers).calls(context.world.part(Receivers).last))
    assert_that(webhooks.not_growing(found), empty(), "pauses that are shorter than those before")


@then("the webhook was called once in all")
def called_once_in_all(context: Context) -> None:
    """After the receiver said that it is gone for good, nobody has called it again."""
    calls = webhooks.all_calls_after(context.world, context.world.part(Receivers).last)
    assert_that(calls, has_length(1), "calls of the webhook")


@then("the webhook is called again about the trace")
def called_again(context: Context) -> None:
    """A redirect is no acceptance: the same address is called again."""
    calls = webhooks.await_more(context.world, context.world.part(Receivers).last, 2)
    assert_that(webhooks.ids_of(calls), has_length(1), "ids of the calls")


@then("nobody has followed the webhook to the other address")
def not_followed(context: Context) -> None:
    """The address that the receiver named was never called."""
    assert_that(webhooks.calls_elsewhere(context.world), empty(), "calls at the other address")


@then("the webhook is not called")
@then("the webhook of the other tenant is not called")
def not_called(context: Context) -> None:
    """The last trace ends, and no call comes."""
    webhooks.no_calls(context.world, context.world.part(Receivers).last)
    calls = context.world.part(Receivers).calls(context.world.part(Receivers).last)
    assert_that(calls, empty(), "calls of the webhook")

"""Sentences about mistakes in requests, and about refusals that explain themselves."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.subjects import auth, errors
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()), Action=vocabulary.requests())


@when('{caller:Caller} tries to {action:Action} in a request whose "{field:Words}" is {value:Literal}')
def attempt_malformed(context: Context, caller: str, action: str, field: str, value: str) -> None:
    """The declared request is sent but for one field of its body, which has this value or is missing."""
    errors.with_field(context.world, caller, action, field, value)


@when("{caller:Caller} tries to {action:Action} and sends only the first half of the request")
def attempt_half(context: Context, caller: str, action: str) -> None:
    """The body of the declared request is cut off in the middle, so that it cannot be read."""
    errors.first_half(context.world, caller, action)


@when("{caller:Caller} tries to {action:Action} in a request of {size:d} bytes")
def attempt_large(context: Context, caller: str, action: str, size: int) -> None:
    """The body of the declared request is filled up with spaces to this size."""
    errors.padded(context.world, caller, action, size)


@when('{caller:Caller} calls "{endpoint:Words}" with the method {method:Words}')
def call_with_method(context: Context, caller: str, endpoint: str, method: str) -> None:
    """The caller calls an endpoint of the system with a method that it may not have."""
    auth.call(context.world, caller, method, context.world.endpoint(endpoint))


@then("the answer explains itself")
def explains_itself(context: Context) -> None:
    """The answer is JSON and has a message and, where the definition declares one, a kind."""
    assert_that(errors.unexplained(context.world), empty(), f"fields missing; {context.world.exchange}")

"""Sentences about mistakes in requests for models, and about how a gateway tells of errors."""

from behave import then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, contains_string, empty, greater_than_or_equal_to, less_than

from support.checks.basis import enough
from support.domains.gateway import asking, errors, official, requests, telling, words

words.register()


@when("a caller asks for the {route:Route} model in a request {mistake:Mistake}")
def ask_wrongly(context: Context, route: str, mistake: str) -> None:
    """The question is asked in a request with this mistake in it."""
    asking.begin(context.world)
    requests.ask_wrongly(context.world, route, mistake)


@when("a caller calls an API path of the models that does not exist")
def call_nowhere(context: Context) -> None:
    """A caller calls an address beside those of the API."""
    requests.call_nowhere(context.world)


@then("the caller is told that the request was wrong")
def is_told(context: Context) -> None:
    """The answer says that it is the caller who made the mistake (4xx)."""
    answer = context.world.exchange
    is_callers = all_of(greater_than_or_equal_to(400), less_than(500))
    assert_that(answer.status or 0, is_callers, answer.describe())


@then("the error of the gateway is one that official clients read")
def is_official(context: Context) -> None:
    """It is JSON, and has an object ``error`` with a message, a type and a code, which may be null."""
    answer = context.world.exchange
    assert_that(errors.wrong_in_error(answer), empty(), answer.describe())


@then("the error of the gateway tells neither addresses nor traces")
def tells_nothing(context: Context) -> None:
    """Neither an address or port of the inside nor a line of a trace stands in the answer."""
    answer = context.world.exchange
    enough(answer.text, "words in the answer")
    assert_that(errors.told_of_inside(answer, telling.ports(context.world)), empty(), answer.describe())


@then("the official client reads the error of the gateway")
def error_is_read(context: Context) -> None:
    """The official client raised its own error for the answer's status, and has read message, type and code."""
    used = official.used(context.world)
    assert_that(used.trouble, contains_string("Error"), "the error that the official client raised")
    assert_that(official.wrong_in_error(context.world), empty(), f"what it could not read of {used.trouble}")

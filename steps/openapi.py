"""Sentences about a system's own description of its API, and whether its answers are those that it describes."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that

from support.subjects import openapi
from support.world import vocabulary

vocabulary.register()


@when("everything that its own document allows is asked")
def ask_everything(context: Context) -> None:
    """Generated requests of each operation, callers without a token, and forms and methods that it does not name."""
    openapi.ask_everything(context.world)


@then("every answer is one that the document describes")
def every_answer_is_described(context: Context) -> None:
    """Status, content type, headers and body of each answer are described, and no undescribed request was accepted."""
    assert_that(openapi.compared(context.world), openapi.described())

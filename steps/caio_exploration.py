"""Sentences about CAIO as its model has it: many generated requests and sequences, each answer of which is judged."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that

from support.domains.caio import exploration
from support.world import vocabulary

vocabulary.register()


@when("{count:n} different requests are asked of registries that differ")
def ask_of_registries(context: Context, count: int) -> None:
    """Generated requests, with policies and histories, are made of generated registries, and each answer is judged."""
    exploration.decisions(context.world, count)


@then("every decision is the one that the rules give")
def decisions_by_the_rules(context: Context) -> None:
    """No answer chose, refused or stated anything but what the model of the promises allows."""
    assert_that(exploration.explored(context.world), exploration.agrees())

"""Sentences about explorations of leads and API keys: callers in any order, each answer compared with a model."""

from __future__ import annotations

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that

from support.domains.automation import exploration
from support.subjects import exploration as judged
from support.world import vocabulary

vocabulary.register()


@when("callers of two tenants create, change, read and list leads in any order")
def work_with_leads(context: Context) -> None:
    """Users and admins do what they may, and may not, in generated orders, one at a time and several at once."""
    exploration.leads(context.world)


@when("callers of two tenants make, use and revoke API keys in any order")
def work_with_keys(context: Context) -> None:
    """Users and admins make keys, show them, and revoke their own and others'."""
    exploration.keys(context.world)


@then("every answer is the one that a plain list of leads or API keys gives")
def answers_as_list(context: Context) -> None:
    """After each step a caller saw what the model holds, and every answer was the one that the promises give."""
    assert_that(judged.explored(context.world), judged.agrees())

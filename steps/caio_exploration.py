"""Sentences about CAIO as its model has it: many generated requests and sequences, each answer of which is judged."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that

from support.base import documents
from support.domains.caio import exploration, relations, requests
from support.subjects import exploration as judged
from support.world import vocabulary

vocabulary.register(Change=relations.CHANGES)


@given("{system:System} is running under these policies of its operator")
def run_under_policies(context: Context, system: str) -> None:
    """A system of the scenario's own lays the policies of the table over every request, whatever its caller says."""
    policies = [requests.policy(row) for row in documents.rows(context.table)]
    exploration.start_under_policies(context.world, policies)


@when("{count:n} different requests are asked of registries that differ")
def ask_of_registries(context: Context, count: int) -> None:
    """Generated requests, with policies and histories, are made of generated registries, and each answer is judged."""
    exploration.decisions(context.world, count)


@then("every decision is the one that the rules give")
def decisions_by_the_rules(context: Context) -> None:
    """No answer chose, refused or stated anything but what the model of the promises allows."""
    assert_that(judged.explored(context.world), judged.agrees())


@when("callers register, replace, remove and ask in any order")
def call_in_any_order(context: Context) -> None:
    """Three callers, each over a connection of its own, do what they may in generated orders, soundly or not."""
    exploration.sequences(context.world)


@when("callers register, replace, remove, ask, dispatch and restart in any order")
def call_and_restart_in_any_order(context: Context) -> None:
    """The same with services that are really called, some of which cannot be reached, and a system that is killed."""
    exploration.served_sequences(context.world)


@then("{system:System} always answers as a registry that forgets nothing would")
def answers_as_registry(context: Context, system: str) -> None:
    """After each step all callers saw what the model holds, and every answer was the one that the rules give."""
    assert_that(judged.explored(context.world), judged.agrees())


@when("{count:n} decisions are asked for again after {change:Change}")
def ask_again_after(context: Context, count: int, change: str) -> None:
    """Generated requests are made, something is changed, and the same requests are made again."""
    exploration.again(context.world, count, change)


@when("{count:n} decisions are asked for again with fewer demands")
def ask_again_loosened(context: Context, count: int) -> None:
    """Generated requests are made, and again without a policy, or without constraints and guarantees."""
    exploration.loosened(context.world, count)


@when("{count:n} decisions are asked for, and then carried out")
def ask_and_dispatch(context: Context, count: int) -> None:
    """Generated requests are made for a decision, and then to be carried out by a real service."""
    exploration.dispatched(context.world, count)


@then("every decision is the same as before")
def same_as_before(context: Context) -> None:
    """Who was chosen, refused or outranked, why, with which score and on which terms, has not changed."""
    assert_that(judged.explored(context.world), judged.agrees())


@then("no decision loses a service")
def none_is_lost(context: Context) -> None:
    """Who was admitted under more demands is admitted under fewer."""
    assert_that(judged.explored(context.world), judged.agrees())

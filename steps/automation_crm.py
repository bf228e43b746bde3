"""Sentences about the delivery of leads to a customer database, and about what that does with them."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, greater_than_or_equal_to

from support.domains.automation import deliveries, leads
from support.domains.automation.leads import Leads
from support.world import vocabulary

vocabulary.register()


@given('for the delivery of leads "{name:Words}" {how}')
def behave(context: Context, name: str, how: str) -> None:
    """The customer database, by itself, does this with the next leads that it is given."""
    deliveries.behave(context.world, name, how)


@when("a user creates {count:d} leads within {seconds:d} seconds")
def create_leads_in_time(context: Context, count: int, seconds: int) -> None:
    """A user creates so many leads, one after the other, and none of it takes long."""
    took = leads.timed(context.world, count)
    context.world.evidence.observation(f"time to create {count} leads", round(took, 3), seconds, "s", count)
    leads.demand_time(took, seconds, count)


@then('the delivery of the lead says "{state:Words}" and names "{field:Words}"')
def says_missing(context: Context, state: str, field: str) -> None:
    """The lead is kept, and what is said of its delivery names the setting that is missing."""
    told = deliveries.told_of(context.world, context.world.part(Leads).last.id)
    assert_that(deliveries.unlike(told, state, field), empty(), "what is said of the delivery")


@then('the delivery of each lead ends as "{state:Words}"')
def all_are_delivered(context: Context, state: str) -> None:
    """By the API's own word each lead of the scenario is delivered within the time that is allowed for it."""
    assert_that(state, equal_to(deliveries.DELIVERED), "the end that can be waited for")
    assert_that(deliveries.await_delivered(context.world, context.world.part(Leads).created), empty())


@then('"{name:Words}" has kept each lead once, as it was written')
def kept_once(context: Context, name: str) -> None:
    """Asked at its own address, the customer database has each lead of the scenario, once, with all its fields."""
    assert_that(deliveries.wrong_in_crm(context.world, name), empty(), "leads that it does not have once")


@then('"{name:Words}" was given the same key with each attempt at a lead')
def same_key(context: Context, name: str) -> None:
    """Leads were sent more than once, and each of them always under one idempotency key."""
    assert_that(deliveries.keys_that_changed(context.world, name), empty(), "leads that were sent under several keys")


@then('"{name:Words}" was left alone with the lead for at least {seconds:g} seconds')
def left_alone(context: Context, name: str, seconds: float) -> None:
    """Between two attempts at the same lead so much time has passed as it had asked for."""
    seen = deliveries.shortest_pause(context.world, name)
    context.world.evidence.observation("time between two attempts", round(seen, 2), seconds, "s")
    assert_that(seen, greater_than_or_equal_to(seconds), "seconds between two attempts at a lead")

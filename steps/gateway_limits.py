"""Sentences about limits and budgets: how many requests for a model pass, and what becomes of the others."""

from behave import then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, empty, equal_to, greater_than, less_than_or_equal_to

from support.domains.gateway import asking, limits, routing, words
from support.domains.gateway.capabilities import AFFORDED

words.register()

LIMITED = "limited"


@when("a caller asks for the model with a limit {count:d} times in a row")
def ask_in_a_row(context: Context, count: int) -> None:
    """A caller asks one question after the other, in one minute of the clock."""
    asking.begin(context.world)
    limits.ask_in_a_row(context.world, LIMITED, count)


@when("a caller asks for the model with a limit {count:d} times at the same moment")
def ask_at_once(context: Context, count: int) -> None:
    """A caller asks so many questions at once, each over a connection of its own, in one minute of the clock."""
    asking.begin(context.world)
    limits.ask_at_once(context.world, LIMITED, count)


@when("a saver asks for the {route:Route} model {count:d} times at the same moment")
def spend(context: Context, route: str, count: int) -> None:
    """A caller with a budget asks so many questions at once, each over a connection of its own."""
    asking.begin(context.world)
    asking.at_once(context.world, route, count, "saver")


@then("the first {count:d} requests for that model pass and the next are told to wait")
def first_pass(context: Context, count: int) -> None:
    """Exactly so many were answered, from the first on, and each later one was told that there were too many (429)."""
    seen = limits.outcomes(context.world)
    expected = ["passed"] * count + ["told to wait"] * (len(seen) - count)
    assert_that(len(seen), greater_than(count), "requests that were made")
    assert_that(seen, equal_to(expected), "what became of the requests, in order")


@then("{count:d} requests for that model pass and the others are told to wait")
def some_pass(context: Context, count: int) -> None:
    """Exactly so many were answered, whichever, and each other one was told that there were too many (429)."""
    seen = sorted(limits.outcomes(context.world))
    assert_that(len(seen), greater_than(count), "requests that were made")
    assert_that(seen, equal_to(["passed"] * count + ["told to wait"] * (len(seen) - count)), "what became of them")


@then("each of them is told how long to wait for that model, up to {most:d} seconds")
def told_how_long(context: Context, most: int) -> None:
    """Each refusal says when to come back (Retry-After), and that is not later than this."""
    assert_that(limits.wrong_waits(context.world, most), empty(), "refusals that do not say so")


@then("the upstream was called for those that passed alone")
def called_for_served(context: Context) -> None:
    """So many calls reached upstreams for these questions as were answered."""
    assert_that(sum(routing.counts(context.world)), equal_to(len(limits.served(context.world))), "calls of upstreams")


@then("no more requests for that model pass than the budget pays for, and the others are refused")
def budget_holds(context: Context) -> None:
    """At least one was answered, and no more than the budget pays for; the others were refused, and not failed."""
    served = len(limits.served(context.world))
    context.world.evidence.observation("requests that passed", served, AFFORDED, "requests")
    assert_that(served, all_of(greater_than(0), less_than_or_equal_to(AFFORDED)), "requests that passed")
    assert_that(limits.not_refused(context.world), empty(), "requests that were neither answered nor refused")


@then("a caller with another key still gets an answer of the {route:Route} model")
def others_are_served(context: Context, route: str) -> None:
    """Somebody else's budget is no affair of this caller's."""
    asked = asking.one(context.world, route)
    assert_that(asked.exchange.status, equal_to(200), asked.exchange.describe())

"""Sentences about objectives: how long decisions and their stages may take, by whose word, and at which load."""

from behave import then, when
from behave.runner import Context

from support.checks.growth import GIGABYTE
from support.checks.load_demands import Percentile, Success
from support.subjects import resources, slo
from support.world import vocabulary

vocabulary.register()


@when('users send {count:n} requests for "{ability:Words}" in each of {rounds:n} rounds')
def send_in_rounds(context: Context, count: int, ability: str, rounds: int) -> None:
    """The same load is repeated; after each round the memory of the system is read."""
    resources.rounds(context.world, rounds, count, ability)


@then("{system:System} uses less than {gigabytes:g} GB of memory")
def uses_memory(context: Context, system: str, gigabytes: float) -> None:
    """At no reading was more memory in use, as the operating system or the container engine counts it.

    It is read twice a second while a load runs, and after each round.
    """
    resources.demand_memory(context.world, gigabytes)


@then(
    "its memory does not grow from round to round, by more than would fill {gigabytes:g} GB in a day "
    "at {rate:n} requests a second"
)
def does_not_grow(context: Context, gigabytes: float, rate: int) -> None:
    """The slope of memory over the rounds after the first, for each request, is smaller than that."""
    resources.demand_no_growth(context.world, rate, gigabytes * GIGABYTE)


@then("{system:System} uses at most {percent:g} % of its processor time")
def uses_processor(context: Context, system: str, percent: float) -> None:
    """While the load was measured; one processor is all that it has."""
    slo.demand_processor(context.world, percent)


@when(
    'the rate of requests for "{ability:Words}" is raised from {rate:n} a second on, '
    "while 95 % of decisions take at most {limit:g} ms and at least {share:g} % succeed"
)
def raise_rate(context: Context, ability: str, rate: int, limit: float, share: float) -> None:
    """The rate is doubled until that is missed, and then narrowed down between the last kept and the first missed."""
    slo.search(context.world, rate, (Percentile(95, limit / 1000), Success(share / 100)), ability)


@then("the highest such rate is at least {margin:g} times the target of {rate:n} a second")
def has_margin(context: Context, margin: float, rate: int) -> None:
    """The highest rate at which the objectives were kept, divided by the target."""
    slo.demand_margin(context.world, rate, margin)

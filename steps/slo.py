"""Sentences about objectives: how long decisions and their stages may take, by whose word, and at which load."""

from behave import then, when
from behave.runner import Context

from support import vocabulary
from support.actions import agreeing, asking, capacity, growing
from support.checks.growth import GIGABYTE
from support.checks.load import Percentile, Success
from support.interfaces import contracts

vocabulary.register()


@when('a user asks for "{ability:Words}" in {count:n} matters, one after the other')
def ask_in_matters(context: Context, ability: str, count: int) -> None:
    """No request is the same as another, now or ever before, so that each has a decision of its own."""
    asking.of_many_matters(context.world, ability, count)


@then("the metrics count as many decisions as the users were given")
def counted(context: Context) -> None:
    """Since the metrics were read first, the counter of decisions rose by as many as users got."""
    agreeing.demand_counted(context.world)


@then("the times in the metrics agree with what the users saw")
def same_times(context: Context) -> None:
    """At every bound of the system's histogram at least as many requests lie below it as by the users' watch."""
    agreeing.demand_same_times(context.world)


@then("by the metrics, too, {percent:g} % of decisions take at most {limit:g} ms")
def within_by_metrics(context: Context, percent: float, limit: float) -> None:
    """By the system's own histogram of the requests that were sent."""
    agreeing.demand_by_metrics(context.world, percent, limit / 1000)


@then("by the metrics {percent:g} % of {stage:Stage} take at most {limit:g} ms")
def stage_by_metrics(context: Context, percent: float, stage: str, limit: float) -> None:
    """By the system's own histogram of the stages of decisions; there is one such stage for each decision."""
    agreeing.demand_stage_by_metrics(context.world, stage, percent, limit / 1000)


@then("{percent:g} % of {stage:Stage} take at most {limit:g} ms")
def stage_by_traces(context: Context, percent: float, stage: str, limit: float) -> None:
    """By the trace of each decision that was given, which tells how long each stage took."""
    agreeing.demand_stage_by_traces(context.world, stage, percent, limit / 1000)


@then("by the metrics each stage took as long as the traces tell")
def stages_as_traced(context: Context) -> None:
    """Of the decisions asked for since the metrics were read first: as many times of each stage, and as long in all."""
    agreeing.demand_stages_as_traced(context.world)


@then("by the metrics the requests took no less than their decisions, and no longer than users waited")
def stages_held(context: Context) -> None:
    """In all: the stages in the traces of the decisions lie within the requests, and these within what users saw."""
    agreeing.demand_stages_held(context.world)


@when('users send {count:n} requests for "{ability:Words}" in each of {rounds:n} rounds')
def send_in_rounds(context: Context, count: int, ability: str, rounds: int) -> None:
    """The same load is repeated; after each round the memory of the system is read."""
    growing.rounds(context.world, rounds, count, ability)


@then("{system:System} uses less than {gigabytes:g} GB of memory")
def uses_memory(context: Context, system: str, gigabytes: float) -> None:
    """At no reading was more memory in use, as the operating system or the container engine counts it.

    It is read twice a second while a load runs, and after each round.
    """
    growing.demand_memory(context.world, gigabytes)


@then(
    "its memory does not grow from round to round, by more than would fill {gigabytes:g} GB in a day "
    "at {rate:n} requests a second"
)
def does_not_grow(context: Context, gigabytes: float, rate: int) -> None:
    """The slope of memory over the rounds after the first, for each request, is smaller than that."""
    growing.demand_no_growth(context.world, rate, gigabytes * GIGABYTE)


@then("{system:System} uses at most {percent:g} % of its processor time")
def uses_processor(context: Context, system: str, percent: float) -> None:
    """While the load was measured; one processor is all that it has."""
    capacity.demand_processor(context.world, percent)


@when(
    'the rate of requests for "{ability:Words}" is raised from {rate:n} a second on, '
    "while 95 % of decisions take at most {limit:g} ms and at least {share:g} % succeed"
)
def raise_rate(context: Context, ability: str, rate: int, limit: float, share: float) -> None:
    """The rate is doubled until that is missed, and then narrowed down between the last kept and the first missed."""
    capacity.search(context.world, rate, (Percentile(95, limit / 1000), Success(share / 100)), ability)


@then("the highest such rate is at least {margin:g} times the target of {rate:n} a second")
def has_margin(context: Context, margin: float, rate: int) -> None:
    """The highest rate at which the objectives were kept, divided by the target."""
    capacity.demand_margin(context.world, rate, margin)


@when('a user asks for "{ability:Words}" while it knows "{sizes:Words}" services, of which at most 10 fit')
def ask_at_sizes(context: Context, ability: str, sizes: str) -> None:
    """The registry is filled up to each size in turn, and the user asks for decisions one after the other."""
    growing.sizes(context.world, [int(size.replace(" ", "")) for size in contracts.words(sizes)], ability)


@then("at every size {percent:g} % of decisions take at most {limit:g} ms")
def at_every_size(context: Context, percent: float, limit: float) -> None:
    """At each size of the registry; the law by which the time grows is reported."""
    growing.demand_at_every_size(context.world, Percentile(percent, limit / 1000))

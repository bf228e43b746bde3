"""Sentences about how long CAIO's decisions and their stages take, by whose word, and with how many services."""

from behave import given, then, when
from behave.runner import Context

from support.base import documents
from support.checks.load_demands import Percentile
from support.domains.caio import asking, populating, registry_growth, stage_times
from support.subjects import load
from support.world import vocabulary

vocabulary.register(Stage=stage_times.STAGES)


@when('a user asks for "{ability:Words}" in {count:n} matters, one after the other')
def ask_in_matters(context: Context, ability: str, count: int) -> None:
    """No request is the same as another, now or ever before, so that each has a decision of its own."""
    asking.of_many_matters(context.world, ability, count)


@then("the metrics count as many decisions as the users were given")
def counted(context: Context) -> None:
    """Since the metrics were read first, the counter of decisions rose by as many as users got."""
    stage_times.demand_counted(context.world)


@then("the times in the metrics agree with what the users saw")
def same_times(context: Context) -> None:
    """At every bound of the system's histogram at least as many requests lie below it as by the users' watch."""
    stage_times.demand_same_times(context.world)


@then("by the metrics, too, {percent:g} % of decisions take at most {limit:g} ms")
def within_by_metrics(context: Context, percent: float, limit: float) -> None:
    """By the system's own histogram of the requests that were sent."""
    stage_times.demand_by_metrics(context.world, percent, limit / 1000)


@then("by the metrics {percent:g} % of {stage:Stage} take at most {limit:g} ms")
def stage_by_metrics(context: Context, percent: float, stage: str, limit: float) -> None:
    """By the system's own histogram of the stages of decisions; there is one such stage for each decision."""
    stage_times.demand_stage_by_metrics(context.world, stage, percent, limit / 1000)


@then("{percent:g} % of {stage:Stage} take at most {limit:g} ms")
def stage_by_traces(context: Context, percent: float, stage: str, limit: float) -> None:
    """By the trace of each decision that was given, which tells how long each stage took."""
    stage_times.demand_stage_by_traces(context.world, stage, percent, limit / 1000)


@then("by the metrics each stage took as long as the traces tell")
def stages_as_traced(context: Context) -> None:
    """Of the decisions asked for since the metrics were read first: as many times of each stage, and as long in all."""
    stage_times.demand_stages_as_traced(context.world)


@then("by the metrics the requests took no less than their decisions, and no longer than users waited")
def stages_held(context: Context) -> None:
    """In all: the stages in the traces of the decisions lie within the requests, and these within what users saw."""
    stage_times.demand_stages_held(context.world)


@when('a user asks for "{ability:Words}" while it knows "{sizes:Words}" services, of which at most 10 fit')
def ask_at_sizes(context: Context, ability: str, sizes: str) -> None:
    """The registry is filled up to each size in turn, and the user asks for decisions one after the other."""
    registry_growth.sizes(context.world, [int(size.replace(" ", "")) for size in documents.words(sizes)], ability)


@then("at every size {percent:g} % of decisions take at most {limit:g} ms")
def at_every_size(context: Context, percent: float, limit: float) -> None:
    """At each size of the registry; the law by which the time grows is reported."""
    registry_growth.demand_at_every_size(context.world, Percentile(percent, limit / 1000))


@given('it knows {count:n} services, of which {matching:n} offer "{ability:Words}"')
def knows_services(context: Context, count: int, matching: int, ability: str) -> None:
    """The registry is filled with so many services; all others offer something else."""
    populating.fill(context.world, count, ability, matching)


@then("{percent:g} % of decisions take at most {limit:g} ms")
def take_at_most(context: Context, percent: float, limit: float) -> None:
    """By the users' own watch, from the request to the whole answer; a request that failed was never answered."""
    load.demand(context.world, Percentile(percent, limit / 1000))

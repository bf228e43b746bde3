"""Sentences about capacity: a measured load, and how many explainers the analyser of its attach rate recommends."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.sidecar.platform import capacity
from support.domains.sidecar.platform.capacity import Analysis, Measured, Plan
from support.world import vocabulary

vocabulary.register()


@given("{users:d} users have had chats for {seconds:g} seconds, three of ten of which were explained by sentence")
def measure(context: Context, users: int, seconds: float) -> None:
    """Users chat at the pace of people; chats are counted by them, explanations by the explainers' metrics."""
    capacity.measure(context.world, users, seconds, "sentence")


@given("a load of {chats:d} chats, of which {explained:d} were explained, each in {seconds:g} seconds")
def suppose(context: Context, chats: int, explained: int, seconds: float) -> None:
    """A load as it could have been measured."""
    context.world.part(Analysis).measured = Measured(chats, explained, explained, explained * seconds)


@when("an operator has the attach rate of the load analysed")
def analyse(context: Context) -> None:
    """The analyser is given the load, and the plan beside the chart."""
    capacity.analyse(context.world)


@when("an operator has the attach rate of the load analysed for {peak:g} chats a second at a utilisation of {share:g}")
def analyse_for(context: Context, peak: float, share: float) -> None:
    """The analyser is given the load, and another plan."""
    capacity.analyse(context.world, Plan(peak, share))


@when("an operator asks the analyser for explainers all the same")
def ask_all_the_same(context: Context) -> None:
    """The analyser is given a load from which nothing follows."""
    capacity.ask(context.world)


@then("the explainers that the analyser recommends follow from load, plan and chart")
def follows(context: Context) -> None:
    """Replicas, bounds and exit status are those that are worked out here from load, plan and rendered chart."""
    assert_that(capacity.wrong(context.world), empty(), "what the analyser says otherwise")


@then("they are within the bounds of the chart's scaler")
def are_within(context: Context) -> None:
    """The recommendation lies between the fewest and the most explainers that the chart's scaler lets run."""
    capacity.demand_within(context.world)


@then("the analyser of the attach rate refuses, and says why")
def refuses(context: Context) -> None:
    """It ends with a status of its own, says why in a sentence, and recommends nothing."""
    assert_that(context.world.part(Analysis), capacity.refusal())

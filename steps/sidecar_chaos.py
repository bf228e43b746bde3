"""Sentences about faults of explainers, and about traces that must survive them."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.sidecar import chaos, explainers, outcomes, webhooks
from support.domains.sidecar.webhooks import Receivers
from support.world import vocabulary

vocabulary.register()


@given("explanations are made to fail")
def fail(context: Context) -> None:
    """The chaos control file has every attribution fail from now on."""
    chaos.fail(context.world)


@given("explanations are no longer made to fail")
def stop_failing(context: Context) -> None:
    """The chaos control file lets attribution work again."""
    chaos.fail(context.world, failing=False)


@given("the store of the traces takes half a second for each access")
def slow_store(context: Context) -> None:
    """The chaos control file has every access to the store of the traces come late."""
    chaos.slow_store(context.world, 0.5)


@when("one of the explainers of the traces is killed")
@when("the explainer of the trace is killed")
def kill_one(context: Context) -> None:
    """The explainer that has begun with a trace is killed without warning, and is not brought back."""
    explainers.break_one(context.world, "killed")


@given("one of the explainers of the traces is frozen until another has done its job")
def freeze_one(context: Context) -> None:
    """The explainer that has begun with a trace is frozen for longer than its lease lasts."""
    explainers.break_one(context.world, "frozen")
    explainers.wait_out(context.world)


@when("the frozen explainer of the traces goes on")
def thaw_one(context: Context) -> None:
    """The explainer goes on where it was frozen, with a job that another has done meanwhile."""
    explainers.heal_one(context.world)


@then("each failed trace says why, and has no graph")
def say_why(context: Context) -> None:
    """Each trace that failed tells a reason, and no graph of it is delivered."""
    assert_that(outcomes.failed_silently(context.world), empty(), "traces that failed otherwise")


@then("every trace has an end, and only one")
def one_end(context: Context) -> None:
    """No trace is lost or stuck, and none was ever seen to leave an end."""
    assert_that(outcomes.lost_or_changed(context.world), empty(), "traces that were lost, stuck or changed")


@then("each trace was explained once, and told once by the webhook")
def explained_once(context: Context) -> None:
    """Each trace has one valid graph, which does not change, and its receiver was told under one id."""
    assert_that(outcomes.explained_otherwise(context.world), empty(), "traces that were explained otherwise")
    found = webhooks.not_told_once(context.world, context.world.part(Receivers).last)
    assert_that(found, empty(), "traces that were told otherwise")

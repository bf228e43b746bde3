"""Sentences about a stop while leads are created: what is in flight is finished, and nothing acknowledged is lost."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.automation import stopping
from support.domains.automation.stopping import Cut
from support.world import vocabulary

vocabulary.register()


@when("{system:System} is stopped while users create leads, and started again")
def stop_while_creating(context: Context, system: str) -> None:
    """It is asked to end while several users create one lead after the other, and started again on the same data."""
    stopping.stop_while_creating(context.world)


@then("every lead that was acknowledged is there")
def none_is_lost(context: Context) -> None:
    """Each lead whose creation was answered with success can be read."""
    assert_that(stopping.lost(context.world), empty(), "leads that were acknowledged and are lost")


@then("no creation of a lead was cut off")
def none_is_cut(context: Context) -> None:
    """Each request that had reached the orchestrator was answered; later ones found nobody."""
    assert_that(context.world.part(Cut).off, empty(), "requests that were taken and not answered")

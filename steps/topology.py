"""Sentences about the processes and stores that a system is made of: broken by name, brought back, and scaled."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, contains_string, equal_to

from support.subjects import topology
from support.world import vocabulary

vocabulary.register(ProcessFault=topology.PROCESS_FAULTS, StoreFault=topology.STORE_FAULTS)


@given('the process "{name:Words}" {fault:ProcessFault}')
@when('the process "{name:Words}" {fault:ProcessFault}')
def break_process(context: Context, name: str, fault: str) -> None:
    """All that run of this process are killed, frozen or stopped; healed at the end of the scenario at the latest."""
    topology.break_process(context.world, name, fault)


@given('the process "{name:Words}" is back')
@when('the process "{name:Words}" is back')
def bring_process_back(context: Context, name: str) -> None:
    """What was done to the process is healed: it runs again at the same address, and is ready."""
    topology.bring_back(context.world, f"process {name}")


@when('the process "{name:Words}" is restarted')
def restart_process(context: Context, name: str) -> None:
    """The process is asked to end, and started again at the same address."""
    topology.restart(context.world, name)


@given('{count:d} processes "{name:Words}" are running')
@when('{count:d} processes "{name:Words}" are running')
def scale_process(context: Context, count: int, name: str) -> None:
    """The number of this process is raised or lowered; each that is added is ready."""
    topology.scale(context.world, name, count)


@given('the region "{region:Words}" {fault:ProcessFault}')
@when('the region "{region:Words}" {fault:ProcessFault}')
def break_region(context: Context, region: str, fault: str) -> None:
    """All processes of this region are killed, frozen or stopped together."""
    topology.break_region(context.world, region, fault)


@given('the region "{region:Words}" is back')
@when('the region "{region:Words}" is back')
def bring_region_back(context: Context, region: str) -> None:
    """What was done to the region is healed: its processes run again, and are ready."""
    topology.bring_back(context.world, f"region {region}")


@given('the store "{name:Words}" {fault:StoreFault}')
@when('the store "{name:Words}" {fault:StoreFault}')
def break_store(context: Context, name: str, fault: str) -> None:
    """The store is killed, full, slow, out of connections or has another password, and it is seen that it is."""
    topology.break_store(context.world, name, fault)


@given('the store "{name:Words}" is back')
@when('the store "{name:Words}" is back')
def bring_store_back(context: Context, name: str) -> None:
    """What was done to the store is healed: it serves at the same address with the same data and credentials."""
    topology.bring_back(context.world, f"store {name}")


@then('the process "{name:Words}" has logged "{text:Words}"')
def has_logged(context: Context, name: str, text: str) -> None:
    """Since the scenario began to use it, one that runs of this process has written the text, or soon does."""
    assert_that(topology.log_with(context.world, name, text), contains_string(text), f"log of the process {name}")


@then('{count:d} processes "{name:Words}" are ready')
def are_ready(context: Context, count: int, name: str) -> None:
    """So many of this process run, and each is ready or soon gets so."""
    seen = topology.readiness(context.world, name)
    assert_that(seen, equal_to(["ready"] * count), f"the processes {name}")

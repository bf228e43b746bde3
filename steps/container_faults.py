"""Sentences about faults of containers: those of real services, and that of the system itself."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    assert_that,
    equal_to,
)

from support.subjects import container_faults, containers
from support.subjects.containers import ContainerSeen
from support.world import vocabulary

vocabulary.register(ContainerFault=container_faults.CONTAINER_FAULTS)

KILLED = 137
"""How a container ends whose process the kernel has killed."""


@given("a {system:System} of its own is running in a container")
def run_own_in_container(context: Context, system: str) -> None:
    """The system is up in a container that no other scenario uses."""
    containers.start(context.world)


@given("a {system:System} of its own is running in a container with a disk of {megabytes:d} megabytes")
def run_on_small_disk(context: Context, system: str, megabytes: int) -> None:
    """The system is up in a container; all its data lies on a small disk."""
    container_faults.start_on_small_disk(context.world, megabytes)


@given('the container of "{service:Words}" {fault:ContainerFault}')
def inject(context: Context, service: str, fault: str) -> None:
    """A fault of the container of the service, or of its network, lasts until it is healed."""
    container_faults.inject(context.world, service, fault)


@given("{system:System} is cut off from its services")
def is_cut_off(context: Context, system: str) -> None:
    """Nothing that the system sends gets through to any service; its own callers reach it as before."""
    container_faults.cut_off_from_services(context.world)


@given("the clock of {system:System} has jumped an hour forward")
def clock_jumped_forward(context: Context, system: str) -> None:
    """The time of day in the container is an hour ahead, from one moment to the next."""
    container_faults.move_clock(context.world, 3600)


@given("the clock of {system:System} has jumped an hour back")
def clock_jumped_back(context: Context, system: str) -> None:
    """The time of day in the container is an hour behind, from one moment to the next."""
    container_faults.move_clock(context.world, -3600)


@given("the disk of {system:System} is full")
def disk_is_full(context: Context, system: str) -> None:
    """There is no byte of room on the disk that the system keeps its data on."""
    container_faults.fill_disk(context.world)


@when("another {system:System} takes over what is on its disk")
def takes_over(context: Context, system: str) -> None:
    """An instance that knows nothing yet is started on a copy of the first one's data, and asked from now on."""
    container_faults.take_over(context.world)


@then("the kernel had ended it for want of memory")
def ended_for_memory(context: Context) -> None:
    """By the engine's word its process was killed, because it might not have more memory."""
    assert_that(context.world.part(ContainerSeen).exit_code, equal_to(KILLED), "how its container ended")
    assert_that(context.world.part(ContainerSeen).states[-1], container_faults.ended_for_memory())

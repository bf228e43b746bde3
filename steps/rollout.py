"""Sentences about replicas behind a load balancer, and about replacing their version while callers go on."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, only_contains

from support.subjects import rollout, rollout_traffic
from support.world import vocabulary

vocabulary.register(Sickness=rollout.SICK)


@when("the operator updates {system:System} to a new version, replica by replica")
def update(context: Context, system: str) -> None:
    """The operator does what the runbook says, until the new version serves and the old one has ended."""
    rollout.update(context.world)


@when("the operator updates {system:System} to a new version, and back to the old one")
def update_and_back(context: Context, system: str) -> None:
    """The operator does what the runbook says, and then the same with the old version."""
    rollout.update(context.world)
    rollout.take_back(context.world)


@when("the operator updates {system:System} to a version that {sickness:Sickness}, waiting {seconds:d} seconds for it")
def update_to_sick(context: Context, system: str, sickness: str, seconds: int) -> None:
    """The operator does what the runbook says, with a version that must not be let to any caller."""
    rollout.update(context.world, rollout.SICK[sickness], seconds)


@when("that replica is stopped, and nobody has told the load balancer")
def stop_unannounced(context: Context) -> None:
    """The replica that a user waits for is told to end; it has its grace period, and the balancer only its checks."""
    rollout.stop_unannounced(context.world)


@then("every request was answered with success, once")
def none_lost(context: Context) -> None:
    """By the callers' own count, each of at least 200 requests was sent once and answered with success."""
    sent = rollout.count(context.world)
    assert_that(rollout_traffic.lost(sent), empty(), f"requests lost, of {len(sent)}")


@then("every caller is answered by the new version")
def answered_by_new(context: Context) -> None:
    """Whoever asks now, whichever replica is next in turn, meets the version that the system was updated to."""
    new = rollout.new_version(context.world)
    assert_that(rollout.versions_met(context.world), only_contains(equal_to(new)), "versions that answer")


@then("every caller is answered by the old version")
def answered_by_old(context: Context) -> None:
    """Whoever asks now, whichever replica is next in turn, meets the version that served at first."""
    old = rollout.old_version(context.world)
    assert_that(rollout.versions_met(context.world), only_contains(equal_to(old)), "versions that answer")

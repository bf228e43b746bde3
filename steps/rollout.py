"""Sentences about replicas behind a load balancer, and about replacing their version while callers go on."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, only_contains

from support import vocabulary
from support.actions import rollouts, traffic
from support.interfaces import contracts

vocabulary.register()


@given("{system:System} is running as replicas behind a load balancer with the services")
def run_replicas(context: Context, system: str) -> None:
    """Several instances share one data folder, and know the services of the table; they are never called."""
    rollouts.start(context.world, contracts.rows(context.table))


@given("{system:System} is running as replicas behind a load balancer with real services")
def run_replicas_with_real_services(context: Context, system: str) -> None:
    """Several instances share one data folder; each service of the table runs, and can be reached by them."""
    rollouts.start(context.world, contracts.rows(context.table), real=True)


@given("{system:System} is running as replicas that were told of these services one after the other")
def run_replicas_apart(context: Context, system: str) -> None:
    """Several instances share one data folder; each service of the table is registered with another one of them."""
    rollouts.start_apart(context.world, contracts.rows(context.table))


@given("requests are flowing all the time")
def flowing(context: Context) -> None:
    """Callers ask for decisions and register services, each as soon as it was answered, until they are counted."""
    rollouts.keep_busy(context.world)


@given('"{service:Words}" has hung since a user sent "{message:Words}" to be answered by "{capability:Words}"')
def hung_since_asked(context: Context, service: str, message: str, capability: str) -> None:
    """A replica has called the service for the user and waits; the service wakes up when that replica is to end."""
    rollouts.send_to_hanging(context.world, service, message, capability)


@when("the operator updates {system:System} to a new version, replica by replica")
def update(context: Context, system: str) -> None:
    """The operator does what the runbook says, until the new version serves and the old one has ended."""
    rollouts.update(context.world)


@when("the operator updates {system:System} to a new version, and back to the old one")
def update_and_back(context: Context, system: str) -> None:
    """The operator does what the runbook says, and then the same with the old version."""
    rollouts.update(context.world)
    rollouts.take_back(context.world)


@when("the operator updates {system:System} to a version that {sickness:Sickness}, waiting {seconds:d} seconds for it")
def update_to_sick(context: Context, system: str, sickness: str, seconds: int) -> None:
    """The operator does what the runbook says, with a version that must not be let to any caller."""
    rollouts.update(context.world, rollouts.SICK[sickness], seconds)


@when("that replica is stopped, and nobody has told the load balancer")
def stop_unannounced(context: Context) -> None:
    """The replica that a user waits for is told to end; it has its grace period, and the balancer only its checks."""
    rollouts.stop_unannounced(context.world)


@then("every request was answered with success, once")
def none_lost(context: Context) -> None:
    """By the callers' own count, each of at least 200 requests was sent once and answered with success."""
    sent = rollouts.count(context.world)
    assert_that(traffic.lost(sent), empty(), f"requests lost, of {len(sent)}")


@then("every service that was registered before or meanwhile is there, once")
def all_there(context: Context) -> None:
    """Whoever asks now is told of each service whose registration was acknowledged, and of none of them twice."""
    expected = set(context.world.contracts) | traffic.acknowledged(context.world.traffic.sent)
    met = rollouts.registries_met(context.world)
    assert_that(traffic.missed(expected, met), empty(), f"services that a caller is not told of, of {len(expected)}")
    assert_that(traffic.told_twice(met), empty(), "services that a caller is told of more than once")


@then("every caller is answered by the new version")
def answered_by_new(context: Context) -> None:
    """Whoever asks now, whichever replica is next in turn, meets the version that the system was updated to."""
    new = rollouts.new_version(context.world)
    assert_that(rollouts.versions_met(context.world), only_contains(equal_to(new)), "versions that answer")


@then("every caller is answered by the old version")
def answered_by_old(context: Context) -> None:
    """Whoever asks now, whichever replica is next in turn, meets the version that served at first."""
    old = rollouts.old_version(context.world)
    assert_that(rollouts.versions_met(context.world), only_contains(equal_to(old)), "versions that answer")

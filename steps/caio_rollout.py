"""Sentences about CAIO as replicas: the services that they know, and the requests that flow meanwhile."""

from behave import given, then
from behave.runner import Context
from hamcrest import assert_that, empty

from support.base import documents
from support.domains.caio import rollout_traffic as caio_traffic
from support.domains.caio.session import caio
from support.subjects import rollout_traffic
from support.subjects.rollout import Rollout
from support.world import vocabulary

vocabulary.register()


@given("{system:System} is running as replicas behind a load balancer with the services")
def run_replicas(context: Context, system: str) -> None:
    """Several instances share one data folder, and know the services of the table; they are never called."""
    caio_traffic.start(context.world, documents.rows(context.table))


@given("{system:System} is running as replicas behind a load balancer with real services")
def run_replicas_with_real_services(context: Context, system: str) -> None:
    """Several instances share one data folder; each service of the table runs, and can be reached by them."""
    caio_traffic.start(context.world, documents.rows(context.table), real=True)


@given("{system:System} is running as replicas that were told of these services one after the other")
def run_replicas_apart(context: Context, system: str) -> None:
    """Several instances share one data folder; each service of the table is registered with another one of them."""
    caio_traffic.start_apart(context.world, documents.rows(context.table))


@given("requests are flowing all the time")
def flowing(context: Context) -> None:
    """Callers ask for decisions and register services, each as soon as it was answered, until they are counted."""
    caio_traffic.keep_busy(context.world)


@given('"{service:Words}" has hung since a user sent "{message:Words}" to be answered by "{capability:Words}"')
def hung_since_asked(context: Context, service: str, message: str, capability: str) -> None:
    """A replica has called the service for the user and waits; the service wakes up when that replica is to end."""
    caio_traffic.send_to_hanging(context.world, service, message, capability)


@then("every service that was registered before or meanwhile is there, once")
def all_there(context: Context) -> None:
    """Whoever asks now is told of each service whose registration was acknowledged, and of none of them twice."""
    expected = set(caio(context.world).contracts) | rollout_traffic.acknowledged(
        context.world.part(Rollout).traffic.sent
    )
    met = caio_traffic.registries_met(context.world)
    assert_that(
        rollout_traffic.missed(expected, met), empty(), f"services that a caller is not told of, of {len(expected)}"
    )
    assert_that(rollout_traffic.told_twice(met), empty(), "services that a caller is told of more than once")

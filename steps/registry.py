"""Sentences about the services that an orchestrator knows, and their contracts."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, contains_inanyorder, empty, equal_to, greater_than, has_length

from support import vocabulary
from support.actions import lifecycle
from support.checks.basis import enough
from support.checks.matchers import accepted
from support.interfaces import contracts, shapes

vocabulary.register()


@given("{system:System} is running with the services")
def run_with_services(context: Context, system: str) -> None:
    """The system is up and ready, and knows the services of the table; they are routed to, but never called."""
    context.world.start()
    register_services(context)


@given("these services are registered")
def register_services(context: Context) -> None:
    """The services of the table are registered, in its order."""
    for row in contracts.rows(context.table):
        context.world.register(contracts.contract(row)).result()


@given("a second {system:System} is running with the same services in reverse order")
def run_replica(context: Context, system: str) -> None:
    """Another instance of the system is up and is given the same contracts, the last one first."""
    documents = list(context.world.contracts.values())
    context.world.start(own=True)
    for document in reversed(documents):
        context.world.register(document).result()


@given('"{service:Words}" has been removed')
def has_been_removed(context: Context, service: str) -> None:
    """The service was registered and has been removed again."""
    context.world.orchestrator.remove(service).result()


@given('"{service:Words}" has been replaced by version "{version:Words}", which offers "{offers:Words}"')
def has_been_replaced(context: Context, service: str, version: str, offers: str) -> None:
    """The service was replaced by a version that offers these abilities and no others."""
    document = contracts.contract({"service": service, "version": version, "offers": offers})
    context.world.orchestrator.replace(service, contracts.text(document)).result()
    context.world.contracts[service] = document


@when('a contract is registered whose "{field:Words}" is {value:Literal}')
def register_changed(context: Context, field: str, value: str) -> None:
    """A contract is registered that is sound but for one field, which has this value or is missing."""
    document = contracts.contract({"service": "new-chat", "accuracy": "0.9", "needs graphics processor": "no"})
    contracts.put(document, "capabilities[0].accuracy", {"min": 0.9})
    context.world.heard(context.world.register(contracts.changed(document, field, value)))


@when("this contract is registered")
def register_text(context: Context) -> None:
    """The text below the sentence is sent as a contract, letter by letter."""
    context.world.heard(context.world.orchestrator.register(context.text))


@when('version "{version:Words}" of "{service:Words}" is registered')
def register_version(context: Context, version: str, service: str) -> None:
    """A sound contract of that service and version is registered, without asking to replace anything."""
    document = contracts.contract({"service": service, "version": version})
    context.world.heard(context.world.register(document))


@when('"{service:Words}" is replaced by version "{version:Words}"')
def replace(context: Context, service: str, version: str) -> None:
    """A sound contract of that version is sent, asking to replace the one that is registered."""
    document = contracts.contract({"service": service, "version": version})
    context.world.heard(context.world.orchestrator.replace(service, contracts.text(document)))


@then('the registry holds exactly "{services:Words}"')
def holds_exactly(context: Context, services: str) -> None:
    """These services are registered and no other."""
    held = [entry["service_id"] for entry in context.world.orchestrator.services().result()]
    assert_that(held, contains_inanyorder(*contracts.words(services)), "services in the registry")


@then("the registry is empty")
def holds_nothing(context: Context) -> None:
    """No service is registered."""
    assert_that(context.world.orchestrator.services().result(), empty(), "services in the registry")


@then('the registry holds version "{version:Words}" of "{service:Words}"')
def holds_version(context: Context, version: str, service: str) -> None:
    """The service is registered once, in this version."""
    held = [each for each in context.world.orchestrator.services().result() if each["service_id"] == service]
    assert_that(held, has_length(1), f"entries of {service} in the registry")
    assert_that(shapes.read(held[0], str, "version"), equal_to(version), f"version of {service}")


@then("every registration that it acknowledged is still there")
def acknowledged_are_there(context: Context) -> None:
    """No service whose registration was answered with success is missing after the restart."""
    held = {entry["service_id"] for entry in context.world.orchestrator.services().result()}
    acknowledged = enough(context.world.acknowledged, "registrations that were acknowledged")
    assert_that(acknowledged - held, empty(), "acknowledged services that are missing")


@then("every service that it knows is whole, and a request is routed")
def every_service_is_usable(context: Context) -> None:
    """Each entry of the registry can be read with its version, and a request is answered by a decision."""
    held = [entry["service_id"] for entry in context.world.orchestrator.services().result()]
    assert_that(held, has_length(greater_than(0)), "services in the registry")
    assert_that([each for each in held if not lifecycle.version_of(context.world, each)], empty(), "broken entries")
    assert_that(context.world.ask("chat"), all_of(accepted()))

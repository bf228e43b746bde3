"""Sentences about the services that an orchestrator knows, and their contracts."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    contains_inanyorder,
    empty,
    equal_to,
    greater_than,
    has_entries,
    has_length,
)

from support.base import documents
from support.base.outcomes import NotMet
from support.base.waiting import consistently, until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.caio import contracts, registrations
from support.domains.caio.matchers import accepted
from support.domains.caio.session import caio
from support.subjects import backup, deployment
from support.subjects.backup import Backups
from support.world import vocabulary

vocabulary.register()


@given("{system:System} is running with the services")
def run_with_services(context: Context, system: str) -> None:
    """The system is up and ready, and knows the services of the table; they are routed to, but never called."""
    context.world.start()
    register_services(context)


@given("these services are registered")
def register_services(context: Context) -> None:
    """The services of the table are registered, in its order."""
    for row in documents.rows(context.table):
        caio(context.world).register(contracts.contract(row)).result()


@given("a second {system:System} is running with the same services in reverse order")
def run_replica(context: Context, system: str) -> None:
    """Another instance of the system is up and is given the same contracts, the last one first."""
    documents = list(caio(context.world).contracts.values())
    context.world.start(own=True)
    for document in reversed(documents):
        caio(context.world).register(document).result()


@given('"{service:Words}" has been removed')
def has_been_removed(context: Context, service: str) -> None:
    """The service was registered and has been removed again."""
    caio(context.world).orchestrator.remove(service).result()


@given('"{service:Words}" has been replaced by version "{version:Words}", which offers "{offers:Words}"')
def has_been_replaced(context: Context, service: str, version: str, offers: str) -> None:
    """The service was replaced by a version that offers these abilities and no others."""
    document = contracts.contract({"service": service, "version": version, "offers": offers})
    caio(context.world).orchestrator.replace(service, contracts.text(document)).result()
    caio(context.world).contracts[service] = document


@when('a contract is registered whose "{field:Words}" is {value:Literal}')
def register_changed(context: Context, field: str, value: str) -> None:
    """A contract is registered that is sound but for one field, which has this value or is missing."""
    document = contracts.contract({"service": "new-chat", "accuracy": "0.9", "needs graphics processor": "no"})
    documents.put(document, "capabilities[0].accuracy", {"min": 0.9})
    caio(context.world).heard(caio(context.world).register(documents.changed(document, field, value)))


@when("this contract is registered")
def register_text(context: Context) -> None:
    """The text below the sentence is sent as a contract, letter by letter."""
    caio(context.world).heard(caio(context.world).orchestrator.register(context.text))


@when('version "{version:Words}" of "{service:Words}" is registered')
def register_version(context: Context, version: str, service: str) -> None:
    """A sound contract of that service and version is registered, without asking to replace anything."""
    document = contracts.contract({"service": service, "version": version})
    caio(context.world).heard(caio(context.world).register(document))


@when('"{service:Words}" is replaced by version "{version:Words}"')
def replace(context: Context, service: str, version: str) -> None:
    """A sound contract of that version is sent, asking to replace the one that is registered."""
    document = contracts.contract({"service": service, "version": version})
    caio(context.world).heard(caio(context.world).orchestrator.replace(service, contracts.text(document)))


@then('the registry holds exactly "{services:Words}"')
def holds_exactly(context: Context, services: str) -> None:
    """These services are registered and no other."""
    held = [entry["service_id"] for entry in caio(context.world).orchestrator.services().result()]
    assert_that(held, contains_inanyorder(*documents.words(services)), "services in the registry")


@then("the registry is empty")
def holds_nothing(context: Context) -> None:
    """No service is registered."""
    assert_that(caio(context.world).orchestrator.services().result(), empty(), "services in the registry")


@then('the registry holds version "{version:Words}" of "{service:Words}"')
def holds_version(context: Context, version: str, service: str) -> None:
    """The service is registered once, in this version."""
    held = [each for each in caio(context.world).orchestrator.services().result() if each["service_id"] == service]
    assert_that(held, has_length(1), f"entries of {service} in the registry")
    assert_that(shapes.read(held[0], str, "version"), equal_to(version), f"version of {service}")


@then("every registration that it acknowledged is still there")
def acknowledged_are_there(context: Context) -> None:
    """No service whose registration was answered with success is missing after the restart."""
    held = {entry["service_id"] for entry in caio(context.world).orchestrator.services().result()}
    acknowledged = enough(caio(context.world).acknowledged, "registrations that were acknowledged")
    assert_that(acknowledged - held, empty(), "acknowledged services that are missing")


@then("every service that it knows is whole, and a request is routed")
def every_service_is_usable(context: Context) -> None:
    """Each entry of the registry can be read with its version, and a request is answered by a decision."""
    held = [entry["service_id"] for entry in caio(context.world).orchestrator.services().result()]
    assert_that(held, has_length(greater_than(0)), "services in the registry")
    assert_that([each for each in held if not registrations.version_of(context.world, each)], empty(), "broken entries")
    assert_that(caio(context.world).ask("chat"), all_of(accepted()))


@given("{system:System} is running on a folder of contracts and a file of policies")
def run_on_files(context: Context, system: str) -> None:
    """The system reads one contract from a folder and its policies from a file, and looks at both every second."""
    registrations.start_on_files(context.world, [contracts.contract({"service": "local-chat"})])


@given("{system:System} is running on a folder of contracts that it keeps for {seconds:d} seconds")
@given("{system:System} is running on a folder of contracts that it keeps for {seconds:d} second")
def run_on_folder(context: Context, system: str, seconds: int) -> None:
    """The system reads the contracts of the table from files and may keep each for so long before it looks again."""
    services = [contracts.contract(row) for row in documents.rows(context.table)]
    registrations.start_on_files(context.world, services, kept=seconds)


@when("{system:System} is killed while services are being registered, and started again")
def kill_while_registering(context: Context, system: str) -> None:
    """Services are registered one after the other; after some of them the process is killed, in the middle of it."""
    registrations.register_during(context.world, deployment.kill)
    deployment.restart(context.world)


@when('the contract file of "{service:Words}" is changed to version "{version:Words}"')
def change_contract_file(context: Context, service: str, version: str) -> None:
    """The file of that contract is replaced by one with another version."""
    document = documents.changed(caio(context.world).contracts[service], "version", f'"{version}"')
    registrations.write_contract(deployment.files(context.world)["contracts"], document)


@when('the contract file of "{service:Words}" is damaged')
def damage_contract_file(context: Context, service: str) -> None:
    """The file of that contract is replaced by one that is no valid contract."""
    document = documents.changed(caio(context.world).contracts[service], "capabilities", documents.MISSING)
    registrations.write_contract(deployment.files(context.world)["contracts"], document)


@then('within {seconds:d} seconds {system:System} knows version "{version:Words}" of "{service:Words}"')
def comes_to_know(context: Context, seconds: int, system: str, version: str, service: str) -> None:
    """The registry holds that version of the service before the time is over."""
    known = lambda: registrations.version_of(context.world, service) == version  # noqa: E731
    until(known, seconds, f"version {version} of {service}", failing=NotMet)


@then('for {seconds:d} seconds {system:System} still knows version "{version:Words}" of "{service:Words}"')
def goes_on_knowing(context: Context, seconds: int, system: str, version: str, service: str) -> None:
    """The registry holds that version of the service all that time."""
    known = lambda: registrations.version_of(context.world, service) == version  # noqa: E731
    consistently(known, seconds, f"version {version} of {service}", poll=0.1)


@given("{system:System} has been backed up while services were being registered")
def has_been_backed_up_in_use(context: Context, system: str) -> None:
    """The running system was backed up while services were registered one after the other."""
    registrations.back_up_while_registering(context.world)


@then("every service from before the backup is there as it was")
def services_are_there(context: Context) -> None:
    """Each service that the registry held before the backup was begun is there, with the same contract."""
    before = enough(context.world.part(Backups).last.state, "services from before the backup")
    assert_that(backup.state(context.world), has_entries(before), "services after the restore")

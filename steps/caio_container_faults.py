"""Sentences about CAIO's services in containers, faults that it notices, and what callers are answered meanwhile."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    empty,
    equal_to,
    greater_than,
    has_item,
    is_not,
    less_than_or_equal_to,
    only_contains,
)

from support.base import documents
from support.checks import shapes
from support.checks.basis import enough
from support.domains.caio import container_services, dispatching, registrations
from support.domains.caio.matchers import accepted
from support.domains.caio.session import caio
from support.subjects import container_faults
from support.subjects.containers import ContainerSeen
from support.world import vocabulary

vocabulary.register(ContainerFault=container_faults.CONTAINER_FAULTS)


@given("{system:System} is running in a container with real services in containers")
def run_with_contained_services(context: Context, system: str) -> None:
    """The system is up in a container, and so is each service of the table; it learns of trouble by calls."""
    container_services.start(context.world, documents.rows(context.table))


@given("{system:System} is running in a container with real services in containers, which it probes")
def run_with_probed_containers(context: Context, system: str) -> None:
    """The system is up in a container, and so is each service of the table; contracts say where to probe them."""
    container_services.start(context.world, documents.rows(context.table), probed=True)


@given("a {system:System} of its own is running in a container whose clock can be moved")
def run_with_movable_clock(context: Context, system: str) -> None:
    """The system is up in a container that takes the time from a clock which the scenario can move."""
    container_services.start_with_movable_clock(context.world)


@given(
    "a {system:System} of its own is running in a container whose clock can be moved, "
    "and rests failing services {seconds:d} seconds"
)
def run_with_movable_clock_and_rest(context: Context, system: str, seconds: int) -> None:
    """The clock can be moved, and a service that failed repeatedly is not called again for so long."""
    container_services.start_with_movable_clock(context.world, rest=seconds)


@given("it calls these services in containers")
def add_contained_services(context: Context) -> None:
    """Each service of the table is up in a container, and registered; the system learns of trouble by calls."""
    container_services.add_services(context.world, documents.rows(context.table))


@given("it calls these services in containers, and probes them")
def add_probed_services(context: Context) -> None:
    """Each service of the table is up in a container, and registered with where it can be probed."""
    container_services.add_services(context.world, documents.rows(context.table), probed=True)


@given('the container of "{service:Words}" {fault:ContainerFault}, and {system:System} has noticed')
def inject_and_have_noticed(context: Context, service: str, fault: str, system: str) -> None:
    """A fault of the container of the service is injected, and the orchestrator's own probes have found out."""
    container_faults.inject(context.world, service, fault)
    dispatching.await_health(context.world, service, "unhealthy")


@given("{system:System} was cut off from its services, noticed it, and has noticed that it reaches them again")
def was_cut_off(context: Context, system: str) -> None:
    """Nothing got through to any service until the orchestrator's probes had found out; likewise that it does again."""
    container_faults.cut_off_from_services(context.world)
    dispatching.await_health_of_all(context.world, "unhealthy")
    container_faults.make_good(context.world)
    dispatching.await_health_of_all(context.world, "healthy")


@given("the disk of {system:System} was full until a registration was refused, and has room again")
def disk_was_full(context: Context, system: str) -> None:
    """There was no room, services were registered until one was refused, and then there is room again."""
    container_faults.fill_disk(context.world)
    container_services.register_until_refused(context.world)
    container_faults.make_good(context.world)


@when('a user sends a text of {count:d} words to be answered by "{capability:Words}" within {seconds:d} seconds')
def send_long_text(context: Context, count: int, capability: str, seconds: int) -> None:
    """A user has a text of so many different words answered, and gives the orchestrator this deadline."""
    words = " ".join(f"word{number}" for number in range(count))
    dispatching.send(context.world, capability, words, deadline=seconds)


@when("services are registered until one is refused")
def register_until_refused(context: Context) -> None:
    """Services are registered one after the other; the last answer is the first that is no success."""
    container_services.register_until_refused(context.world)


@when('a user asks for "{capability:Words}" until a decision is refused')
def ask_until_refused(context: Context, capability: str) -> None:
    """Decisions are asked for one after the other; the last answer is the first that is no decision."""
    container_services.ask_until_refused(context.world, capability)


@when("{system:System} runs out of memory while services are being registered, and is started again")
def out_of_memory_while_registering(context: Context, system: str) -> None:
    """Services are registered one after the other while a program beside the system takes all memory there is."""
    registrations.register_during(context.world, container_faults.exhaust_memory)
    container_faults.make_good(context.world)


@then("everyone who asked meanwhile got an answer or a clear error within {seconds:d} seconds")
def answered_meanwhile(context: Context, seconds: int) -> None:
    """Nobody was left waiting, and who was not served was told why, or had the connection ended."""
    waited = container_services.slowest(caio(context.world).meanwhile)
    context.world.evidence.observation(
        "longest wait", round(waited, 3), seconds, "s", len(caio(context.world).meanwhile)
    )
    assert_that(container_services.unclear(caio(context.world).meanwhile), empty(), "answers that say nothing")
    assert_that(waited, all_of(greater_than(0), less_than_or_equal_to(seconds)), "longest wait in seconds")


@then('"{service:Words}" has not kept "{text:Words}"')
def has_not_kept(context: Context, service: str, text: str) -> None:
    """Something was sent, and the service, asked directly, does not have this text."""
    enough(caio(context.world).answers, "texts that it could have kept")
    assert_that(dispatching.kept(context.world, service), is_not(has_item(text)), f"what {service} kept")


@then("the user got one answer each time, within {seconds:d} seconds")
def answered_each_time(context: Context, seconds: int) -> None:
    """Whatever was sent was answered with success and in time, by the user's own watch."""
    answers, waited = caio(context.world).answers, container_services.slowest(caio(context.world).answers)
    context.world.evidence.observation("longest wait", round(waited, 3), seconds, "s", len(answers))
    assert_that(answers, only_contains(accepted()))
    assert_that(waited, less_than_or_equal_to(seconds), "longest wait in seconds")


@then("{system:System} still knows every decision that it gave")
def knows_decisions(context: Context, system: str) -> None:
    """Each decision that was given is fetched by its id and differs from it in nothing."""
    answers = [
        each for each in caio(context.world).answers if each.accepted and "decision_id" in each.read(shapes.Object)
    ]
    given_once = {each.read(str, "decision_id"): each.body for each in answers}
    decided = enough(given_once, "decisions that it gave")
    fetched = {name: caio(context.world).orchestrator.decision(name).result() for name in decided}
    assert_that(fetched, equal_to(given_once), "decisions as they are known now")


@then('"{service:Words}" and everything acknowledged after it is still there')
def still_there(context: Context, service: str) -> None:
    """The service is registered, and so is all that was acknowledged later."""
    held = {entry["service_id"] for entry in caio(context.world).orchestrator.services().result()}
    assert_that({service, *caio(context.world).acknowledged} - held, empty(), "acknowledged services that are missing")


@then("the last registration is accepted, and everything acknowledged before is still there")
def registers_again(context: Context) -> None:
    """The service is registered, and so is all that was acknowledged before it."""
    assert_that(caio(context.world).answer, accepted())
    held = {entry["service_id"] for entry in caio(context.world).orchestrator.services().result()}
    assert_that(caio(context.world).acknowledged - held, empty(), "acknowledged services that are missing")
    assert_that(held, has_item(caio(context.world).answer.read(str, "service_id")), "services in the registry")


@given("{system:System} is running in a container before real services")
def run_before_services(context: Context, system: str) -> None:
    """The system runs in a container, and each AI service of the table as a process that it can reach."""
    container_services.start_before_services(context.world, list(documents.rows(context.table)))


@when('the container is told to stop while a user waits for "{capability:Words}" to answer "{message:Words}"')
def stop_in_flight(context: Context, capability: str, message: str) -> None:
    """A user has sent a message, a service is at work on it, and then the container is asked to end."""
    context.world.part(ContainerSeen).ending = container_services.stop_in_flight(context.world, capability, message)

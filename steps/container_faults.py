"""Sentences about what befalls containers: those of real services, and that of the system itself."""

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

from support import vocabulary
from support.actions import containers, dispatching, lifecycle, mishaps
from support.checks.basis import enough
from support.checks.matchers import accepted
from support.interfaces import contracts, shapes

vocabulary.register()

KILLED = 137
"""How a container ends whose process the kernel has killed."""


@given("{system:System} is running in a container with real services in containers")
def run_with_contained_services(context: Context, system: str) -> None:
    """The system is up in a container, and so is each service of the table; it learns of trouble by calls."""
    mishaps.start(context.world, contracts.rows(context.table))


@given("{system:System} is running in a container with real services in containers, which it probes")
def run_with_probed_containers(context: Context, system: str) -> None:
    """The system is up in a container, and so is each service of the table; contracts say where to probe them."""
    mishaps.start(context.world, contracts.rows(context.table), probed=True)


@given("a {system:System} of its own is running in a container")
def run_own_in_container(context: Context, system: str) -> None:
    """The system is up in a container that no other scenario uses."""
    containers.start(context.world)


@given("a {system:System} of its own is running in a container with a disk of {megabytes:d} megabytes")
def run_on_small_disk(context: Context, system: str, megabytes: int) -> None:
    """The system is up in a container; all its data lies on a small disk."""
    mishaps.start_on_small_disk(context.world, megabytes)


@given("a {system:System} of its own is running in a container whose clock can be moved")
def run_with_movable_clock(context: Context, system: str) -> None:
    """The system is up in a container that takes the time from a clock which the scenario can move."""
    mishaps.start_with_movable_clock(context.world)


@given(
    "a {system:System} of its own is running in a container whose clock can be moved, "
    "and rests failing services {seconds:d} seconds"
)
def run_with_movable_clock_and_rest(context: Context, system: str, seconds: int) -> None:
    """The clock can be moved, and a service that failed repeatedly is not called again for so long."""
    mishaps.start_with_movable_clock(context.world, rest=seconds)


@given("it calls these services in containers")
def add_contained_services(context: Context) -> None:
    """Each service of the table is up in a container, and registered; the system learns of trouble by calls."""
    mishaps.add_services(context.world, contracts.rows(context.table))


@given("it calls these services in containers, and probes them")
def add_probed_services(context: Context) -> None:
    """Each service of the table is up in a container, and registered with where it can be probed."""
    mishaps.add_services(context.world, contracts.rows(context.table), probed=True)


@given('the container of "{service:Words}" {mishap:Mishap}')
def something_befalls(context: Context, service: str, mishap: str) -> None:
    """Something befalls the container of the service, or its network, and lasts until it is healed."""
    mishaps.befall(context.world, service, mishap)


@given('the container of "{service:Words}" {mishap:Mishap}, and {system:System} has noticed')
def something_befalls_and_was_noticed(context: Context, service: str, mishap: str, system: str) -> None:
    """Something befalls the container of the service, and the orchestrator's own probes have found out."""
    mishaps.befall(context.world, service, mishap)
    dispatching.await_health(context.world, service, "unhealthy")


@given("{system:System} is cut off from its services")
def is_cut_off(context: Context, system: str) -> None:
    """Nothing that the system sends gets through to any service; its own callers reach it as before."""
    mishaps.cut_off_from_services(context.world)


@given("{system:System} was cut off from its services, noticed it, and has noticed that it reaches them again")
def was_cut_off(context: Context, system: str) -> None:
    """Nothing got through to any service until the orchestrator's probes had found out; likewise that it does again."""
    mishaps.cut_off_from_services(context.world)
    dispatching.await_health_of_all(context.world, "unhealthy")
    mishaps.make_good(context.world)
    dispatching.await_health_of_all(context.world, "healthy")


@given("the clock of {system:System} has jumped an hour forward")
def clock_jumped_forward(context: Context, system: str) -> None:
    """The time of day in the container is an hour ahead, from one moment to the next."""
    mishaps.move_clock(context.world, 3600)


@given("the clock of {system:System} has jumped an hour back")
def clock_jumped_back(context: Context, system: str) -> None:
    """The time of day in the container is an hour behind, from one moment to the next."""
    mishaps.move_clock(context.world, -3600)


@given("the disk of {system:System} is full")
def disk_is_full(context: Context, system: str) -> None:
    """There is no byte of room on the disk that the system keeps its data on."""
    mishaps.fill_disk(context.world)


@given("the disk of {system:System} was full until a registration was refused, and has room again")
def disk_was_full(context: Context, system: str) -> None:
    """There was no room, services were registered until one was refused, and then there is room again."""
    mishaps.fill_disk(context.world)
    mishaps.register_until_refused(context.world)
    mishaps.make_good(context.world)


@when('a user sends a text of {count:d} words to be answered by "{capability:Words}" within {seconds:d} seconds')
def send_long_text(context: Context, count: int, capability: str, seconds: int) -> None:
    """A user has a text of so many different words answered, and gives the orchestrator this deadline."""
    words = " ".join(f"word{number}" for number in range(count))
    dispatching.send(context.world, capability, words, deadline=seconds)


@when("services are registered until one is refused")
def register_until_refused(context: Context) -> None:
    """Services are registered one after the other; the last answer is the first that is no success."""
    mishaps.register_until_refused(context.world)


@when('a user asks for "{capability:Words}" until a decision is refused')
def ask_until_refused(context: Context, capability: str) -> None:
    """Decisions are asked for one after the other; the last answer is the first that is no decision."""
    mishaps.ask_until_refused(context.world, capability)


@when("{system:System} runs out of memory while services are being registered, and is started again")
def out_of_memory_while_registering(context: Context, system: str) -> None:
    """Services are registered one after the other while a program beside the system takes all memory there is."""
    lifecycle.register_during(context.world, mishaps.exhaust_memory)
    mishaps.make_good(context.world)


@when("another {system:System} takes over what is on its disk")
def takes_over(context: Context, system: str) -> None:
    """An instance that knows nothing yet is started on a copy of the first one's data, and asked from now on."""
    mishaps.take_over(context.world)


@then("the kernel had ended it for want of memory")
def ended_for_memory(context: Context) -> None:
    """By the engine's word its process was killed, because it might not have more memory."""
    assert_that(context.world.exit_code, equal_to(KILLED), "how its container ended")
    assert_that(context.world.states[-1], mishaps.ended_for_memory())


@then("everyone who asked meanwhile got an answer or a clear error within {seconds:d} seconds")
def answered_meanwhile(context: Context, seconds: int) -> None:
    """Nobody was left waiting, and who was not served was told why, or had the connection ended."""
    waited = mishaps.slowest(context.world.meanwhile)
    context.world.evidence.observation("longest wait", round(waited, 3), seconds, "s", len(context.world.meanwhile))
    assert_that(mishaps.unclear(context.world.meanwhile), empty(), "answers that say nothing")
    assert_that(waited, all_of(greater_than(0), less_than_or_equal_to(seconds)), "longest wait in seconds")


@then('"{service:Words}" has not kept "{text:Words}"')
def has_not_kept(context: Context, service: str, text: str) -> None:
    """Something was sent, and the service, asked directly, does not have this text."""
    enough(context.world.answers, "texts that it could have kept")
    assert_that(dispatching.kept(context.world, service), is_not(has_item(text)), f"what {service} kept")


@then("the user got one answer each time, within {seconds:d} seconds")
def answered_each_time(context: Context, seconds: int) -> None:
    """Whatever was sent was answered with success and in time, by the user's own watch."""
    answers, waited = context.world.answers, mishaps.slowest(context.world.answers)
    context.world.evidence.observation("longest wait", round(waited, 3), seconds, "s", len(answers))
    assert_that(answers, only_contains(accepted()))
    assert_that(waited, less_than_or_equal_to(seconds), "longest wait in seconds")


@then("{system:System} still knows every decision that it gave")
def knows_decisions(context: Context, system: str) -> None:
    """Each decision that was given is fetched by its id and differs from it in nothing."""
    answers = [each for each in context.world.answers if each.accepted and "decision_id" in each.read(shapes.Object)]
    given_once = {each.read(str, "decision_id"): each.body for each in answers}
    decided = enough(given_once, "decisions that it gave")
    fetched = {name: context.world.orchestrator.decision(name).result() for name in decided}
    assert_that(fetched, equal_to(given_once), "decisions as they are known now")


@then('"{service:Words}" and everything acknowledged after it is still there')
def still_there(context: Context, service: str) -> None:
    """The service is registered, and so is all that was acknowledged later."""
    held = {entry["service_id"] for entry in context.world.orchestrator.services().result()}
    assert_that({service, *context.world.acknowledged} - held, empty(), "acknowledged services that are missing")


@then("the last registration is accepted, and everything acknowledged before is still there")
def registers_again(context: Context) -> None:
    """The service is registered, and so is all that was acknowledged before it."""
    assert_that(context.world.answer, accepted())
    held = {entry["service_id"] for entry in context.world.orchestrator.services().result()}
    assert_that(context.world.acknowledged - held, empty(), "acknowledged services that are missing")
    assert_that(held, has_item(context.world.answer.read(str, "service_id")), "services in the registry")

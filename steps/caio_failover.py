"""Sentences about real services behind an orchestrator, the faults injected into them, and what their callers get."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    contains_exactly,
    contains_string,
    equal_to,
    less_than_or_equal_to,
)

from support.base import documents
from support.checks import shapes
from support.domains.caio import dispatching
from support.domains.caio.matchers import accepted, refused_as
from support.domains.caio.session import caio
from support.world import vocabulary

vocabulary.register()


@given("{system:System} is running with real services")
def run_with_real_services(context: Context, system: str) -> None:
    """The system is up, and so is each service of the table, as a process of its own; it learns of trouble by calls."""
    context.world.start()
    for row in documents.rows(context.table):
        caio(context.world).register(caio(context.world).real_service(row)).result()


@given("{system:System} is running with real services, which it probes")
def run_with_probed_services(context: Context, system: str) -> None:
    """The system is up, and so is each service of the table; their contracts say where they can be probed."""
    context.world.start()
    for row in documents.rows(context.table):
        caio(context.world).register(caio(context.world).real_service(row, probed=True)).result()


@given('"{service:Words}" has died and {system:System} has probed it')
def has_died_and_was_probed(context: Context, service: str, system: str) -> None:
    """The process of the service is killed, and the orchestrator is made to probe it."""
    context.world.companions.kill(service)
    caio(context.world).orchestrator.probe(service).result()


@given('"{service:Words}" has died and {system:System} has noticed')
def has_died_and_was_noticed(context: Context, service: str, system: str) -> None:
    """The process of the service is killed, and the orchestrator's own probes have found out."""
    context.world.companions.kill(service)
    dispatching.await_health(context.world, service, "unhealthy")


@given('"{service:Words}" hangs and {system:System} has noticed')
def hangs_and_was_noticed(context: Context, service: str, system: str) -> None:
    """The process of the service is frozen, and the orchestrator's own probes have found out."""
    context.world.companions.hang(service)
    dispatching.await_health(context.world, service, "unhealthy")


@given('"{service:Words}" is back and {system:System} has noticed')
@given('"{service:Words}" has woken up and {system:System} has noticed')
def is_back_and_was_noticed(context: Context, service: str, system: str) -> None:
    """The service answers again at the same address, and the orchestrator's own probes have found out."""
    context.world.companions.heal(service)
    dispatching.await_health(context.world, service, "healthy")


@given('a user has sent "{message:Words}" to be answered by "{capability:Words}"')
@when('a user sends "{message:Words}" to be answered by "{capability:Words}"')
def send(context: Context, message: str, capability: str) -> None:
    """A user has a message answered by whichever service the orchestrator chooses, and has plenty of time."""
    dispatching.send(context.world, capability, message)


@given('a user has sent "{message:Words}" to be answered by "{capability:Words}" {count:d} times')
@when('a user sends "{message:Words}" to be answered by "{capability:Words}" {count:d} times in a row')
def send_repeatedly(context: Context, message: str, capability: str, count: int) -> None:
    """A user sends the same message so often, without a pause, whatever comes of it."""
    for _ in range(count):
        dispatching.send(context.world, capability, message)


@when('a user keeps sending "{message:Words}" to be answered by "{capability:Words}" for up to {seconds:d} seconds')
def keep_sending(context: Context, message: str, capability: str, seconds: int) -> None:
    """A user sends a message again and again until it is answered or the time is over; the last answer counts."""
    dispatching.keep_sending(context.world, capability, message, seconds)


@when('a user sends "{message:Words}" to be answered by "{capability:Words}" within {seconds:d} seconds')
def send_with_deadline(context: Context, message: str, capability: str, seconds: int) -> None:
    """A user has a message answered and gives the orchestrator this deadline."""
    dispatching.send(context.world, capability, message, deadline=seconds)


@when('a user sends "{message:Words}" to be answered by "{capability:Words}" without the internet')
def send_without_internet(context: Context, message: str, capability: str) -> None:
    """A user has a message answered by a service that does not need the internet."""
    dispatching.send(context.world, capability, message, terms=[{"term": "internet", "value": "no"}])


@when('a user sends "{message:Words}" to be kept by "{capability:Words}"')
def send_to_keep(context: Context, message: str, capability: str) -> None:
    """A user has a text kept, which is an effect that must not happen twice."""
    dispatching.send(context.world, capability, message)


@then('the user gets one answer, from "{service:Words}"')
def gets_one_answer(context: Context, service: str) -> None:
    """The user was answered with success, by this service and no other."""
    assert_that(caio(context.world).answer, accepted())
    assert_that(caio(context.world).answer.read(str, "service_id"), equal_to(service), "service that answered")
    served_by = caio(context.world).answer.read(str, "output", "served_by")
    assert_that(served_by, equal_to(service), "who served it, by its own word")


@then('the user is told that "{services:Words}" failed')
def is_told_of_failure(context: Context, services: str) -> None:
    """The user gets one plain refusal that names each of these services."""
    named = [contains_string(service) for service in documents.words(services)]
    assert_that(
        caio(context.world).answer, refused_as("dispatch-failed", context.world.system.refusal("dispatch-failed"))
    )
    assert_that(str(caio(context.world).answer), all_of(*named), "what the user is told")


@then("the user has waited for at most {seconds:d} seconds")
def has_waited(context: Context, seconds: int) -> None:
    """By the user's own watch the answer came within this time."""
    waited = caio(context.world).answer.duration
    context.world.evidence.observation("time until the answer", round(waited, 3), seconds, "s", 1)
    assert_that(waited, less_than_or_equal_to(seconds), "seconds until the answer")


@then('{system:System} has tried only "{service:Words}"')
def has_tried_only(context: Context, system: str, service: str) -> None:
    """No call went to any service but this one."""
    tried = [attempt.service_id for attempt in caio(context.world).answer.read(list[shapes.Named], "attempts")]
    assert_that(tried, contains_exactly(service), "services that were tried")


@then('"{service:Words}" has kept "{text:Words}" once')
def has_kept(context: Context, service: str, text: str) -> None:
    """Asked directly, the service has this text, and has it once."""
    assert_that(dispatching.kept(context.world, service).count(text), equal_to(1), f"times that {service} kept it")

"""Sentences about workers that serve together: callers over connections of their own, so that each gets some."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, has_length, only_contains

from support.base import documents
from support.checks.basis import enough
from support.domains.caio import new_connections
from support.domains.caio.matchers import accepted, routed_to
from support.domains.caio.session import caio
from support.subjects import auth
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()))


@given("these services are registered, each over a connection of its own")
def register_apart(context: Context) -> None:
    """The services of the table are registered, each over a new connection, and so by whichever worker serves it."""
    new_connections.register(context.world, documents.rows(context.table))


@given("these real services are registered")
def register_real_services(context: Context) -> None:
    """Each service of the table runs, as a process of its own, and is registered; it is not probed."""
    for row in documents.rows(context.table):
        caio(context.world).register(caio(context.world).real_service(row)).result()


@given(
    '{count:d} users have met "{service:Words}" by asking for "{capabilities:Words}", '
    "each over a connection of their own"
)
def have_met(context: Context, count: int, service: str, capabilities: str) -> None:
    """So many users make the same request, each over a new connection, and are all sent to this service."""
    answers = enough(new_connections.ask(context.world, capabilities, count), "users who asked")
    assert_that(answers, only_contains(routed_to(service)))


@when('{count:d} users ask for "{capabilities:Words}", each over a connection of their own')
def ask_apart(context: Context, count: int, capabilities: str) -> None:
    """So many users make the same request one after the other, each over a new connection."""
    caio(context.world).answers = new_connections.ask(context.world, capabilities, count)


@when(
    '{count:d} users ask for "{capabilities:Words}" with each of the seeds {first:d} to {last:d}, '
    "each time over a connection of its own"
)
def ask_apart_with_seeds(context: Context, count: int, capabilities: str, first: int, last: int) -> None:
    """So many users make the same request with each seed, every request over a new connection."""
    new_connections.ask_with_seeds(context.world, capabilities, range(first, last + 1), count)


@when('"{service:Words}" is removed and registered again {count:d} times, each time over connections of its own')
def register_again(context: Context, service: str, count: int) -> None:
    """The service is removed over a new connection and registered as it was over another, until one is refused."""
    caio(context.world).answers = new_connections.register_again(context.world, service, count)


@then("every registration is accepted")
def all_are_accepted(context: Context) -> None:
    """None of the registrations is refused."""
    assert_that(caio(context.world).answers, only_contains(accepted()), "answers to the registrations")


@when("the first decision is fetched {count:d} times, each time over a connection of its own")
def fetch_apart(context: Context, count: int) -> None:
    """The decision that was made first is asked for by its id so often, each time over a new connection."""
    new_connections.fetch(context.world, caio(context.world).answers[0].read(str, "decision_id"), count)


@then("every time it is the decision that was given, with its trace and its proofs")
def is_given_decision_always(context: Context) -> None:
    """What was fetched is what was given at first, to the last letter, however often it was fetched."""
    answers = enough(caio(context.world).answers, "decisions given and fetched", least=2)
    given_first, *fetched = [answer.result() for answer in answers]
    assert_that(fetched, only_contains(equal_to(given_first)))


@when("{caller:Caller} tries to list the services {count:d} times in a row, each time over a connection of its own")
def list_apart(context: Context, caller: str, count: int) -> None:
    """The caller lists the services so often, without a pause, each time over a new connection."""
    new_connections.list_services(context.world, caller, count)


@then('{count:d} of the answers are "{outcome:Words}"')
def so_many_are(context: Context, count: int, outcome: str) -> None:
    """Of all answers so many are of this kind, neither more nor fewer."""
    answers = enough(context.world.exchanges, "answers")
    seen = auth.outcomes(context.world, answers, outcome)
    assert_that([each for each in seen if each == outcome], has_length(count), f"answers: {seen}")

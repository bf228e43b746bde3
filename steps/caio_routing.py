"""Sentences about asking an orchestrator for a decision, and about which service it chose and why."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    contains_string,
    empty,
    equal_to,
    greater_than_or_equal_to,
    has_entry,
    has_item,
    has_items,
    only_contains,
)

from support.base import documents
from support.checks.basis import enough
from support.domains.caio import decisions, requests
from support.domains.caio.contracts import COLUMN_NAMES
from support.domains.caio.matchers import accepted, refused_as, refusing, routed_to
from support.domains.caio.reasons import REASONS
from support.domains.caio.session import caio
from support.world import vocabulary

vocabulary.register(Reason=REASONS)
vocabulary.note(**{"term (in a table)": requests.TERMS, "service (column of a table)": COLUMN_NAMES})


@given("these policies apply")
def policies_apply(context: Context) -> None:
    """Every request of the scenario is made under the policies of the table, whose columns are their fields."""
    caio(context.world).policies = [requests.policy(row) for row in documents.rows(context.table)]


@given("the services have these recent outcomes")
def recent_outcomes(context: Context) -> None:
    """Every request of the scenario is made with this history of successes and failures."""
    caio(context.world).history = requests.outcomes(context.table)


@given('a user has asked for "{capabilities:Words}"')
@when('a user asks for "{capabilities:Words}"')
def ask(context: Context, capabilities: str) -> None:
    """A user of ordinary trust asks for one ability, or for several at once."""
    caio(context.world).ask(capabilities)


@when('a user asks for "{capabilities:Words}" on these terms')
def ask_on_terms(context: Context, capabilities: str) -> None:
    """A user asks for an ability on the terms of the table (term, value)."""
    caio(context.world).ask(capabilities, documents.rows(context.table))


@when('a user of unknown trust asks for "{capabilities:Words}"')
def ask_untrusted(context: Context, capabilities: str) -> None:
    """A user asks about whose trust level the request says nothing."""
    caio(context.world).ask_for({**requests.request(capabilities), "user": {}})


@given('a user has asked for "{capabilities:Words}" with each of the seeds {first:d} to {last:d}')
@when('a user asks for "{capabilities:Words}" with each of the seeds {first:d} to {last:d}')
def ask_with_seeds(context: Context, capabilities: str, first: int, last: int) -> None:
    """The same request is made once with each seed."""
    for seed in range(first, last + 1):
        caio(context.world).ask(capabilities, seed=seed)


@when('a user asks for "{capabilities:Words}" {count:d} times')
def ask_repeatedly(context: Context, capabilities: str, count: int) -> None:
    """The same request is made so many times, one after the other."""
    for _ in range(count):
        caio(context.world).ask(capabilities).result()


@when("a user asks {count:d} times for what nobody offers")
def ask_in_vain(context: Context, count: int) -> None:
    """A request that no registered service can serve is made so many times."""
    for _ in range(count):
        caio(context.world).ask("what-nobody-offers")


@then('the request is routed to "{service:Words}"')
def is_routed_to(context: Context, service: str) -> None:
    """The decision is for this service."""
    assert_that(caio(context.world).answer, routed_to(service))


@then('the request takes the "{route:Words}" route')
def takes_route(context: Context, route: str) -> None:
    """The decision says that the request's data goes this way: internal, external or hybrid."""
    assert_that(caio(context.world).answer, accepted())
    assert_that(caio(context.world).answer.body, has_entry("route", route))


@then("no service fits the request")
def no_service_fits(context: Context) -> None:
    """The request is refused because no service may take it, in the words that the system's definition declares."""
    kind = "no-matching-services"
    assert_that(caio(context.world).answer, refused_as(kind, context.world.system.refusal(kind)))


@then('"{service:Words}" was refused because {reason:Reason}')
def was_refused(context: Context, service: str, reason: str) -> None:
    """The answer says that this service was considered and refused, and names the field that was at fault."""
    assert_that(caio(context.world).answer, refusing(service, reason, context.world.system.reason(reason)))


@then('the decision proves that "{service:Words}" keeps every policy')
def proves_policies(context: Context, service: str) -> None:
    """For each policy that applied there is a proof about this service."""
    missing = decisions.unproven(caio(context.world).answer.result(), service, caio(context.world).policies)
    assert_that(missing, empty(), f"policies without a proof about {service}")


@then('each of "{services:Words}" is chosen at least {least:d} times')
def each_is_chosen(context: Context, services: str, least: int) -> None:
    """Over the requests that were made, each of these services was chosen so often, and no other was."""
    chosen = [answer.read(str, "service_id") for answer in enough(caio(context.world).answers, "requests made")]
    assert_that(chosen, only_contains(*documents.words(services)))
    counts = [chosen.count(service) for service in documents.words(services)]
    assert_that(counts, only_contains(greater_than_or_equal_to(least)), f"times that {services} were chosen")


@then('"{service:Words}" is chosen every time')
def is_chosen_always(context: Context, service: str) -> None:
    """Over all the requests that were made no other service was chosen."""
    chosen = [answer.read(str, "service_id") for answer in enough(caio(context.world).answers, "requests made")]
    assert_that(chosen, only_contains(service))


@then('the trace ranks the services "{services:Words}"')
def trace_ranks(context: Context, services: str) -> None:
    """The trace gives these services, and only these, a score, the best first."""
    assert_that(decisions.ranking(caio(context.world).answer.result()), equal_to(documents.words(services)))


@then('the trace says that "{loser:Words}" lost to "{winner:Words}" on "{quality:Words}"')
def trace_says_why(context: Context, loser: str, winner: str, quality: str) -> None:
    """The trace shows both services, the one outranked by the other, and behind it in this quality."""
    decision = caio(context.world).answer.result()
    outranked = [each for each in caio(context.world).answer.candidates() if each.outcome == "outranked"]
    assert_that([each.service_id for each in outranked], has_item(loser), "services outranked")
    assert_that(decisions.lost_on(decision, loser, winner), has_items(quality), f"what {loser} lost on")
    reasons = [each.reason for each in outranked if each.service_id == loser]
    assert_that(reasons, only_contains(contains_string(winner)), f"why {loser} lost")
    assert_that(decision, all_of(has_entry("service_id", winner)))

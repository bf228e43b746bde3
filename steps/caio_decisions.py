"""Sentences about decisions as records: repeatable, complete, fetched again, verified."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    assert_that,
    contains_exactly,
    empty,
    equal_to,
    greater_than,
    greater_than_or_equal_to,
    has_entries,
    has_entry,
    has_item,
    has_key,
    has_length,
    instance_of,
    not_none,
    only_contains,
)

from support.base import documents
from support.checks import shapes
from support.checks.basis import enough
from support.domains.caio import decision_verification
from support.domains.caio.decisions import proofs, timeless
from support.domains.caio.session import caio
from support.world import vocabulary

vocabulary.register()


@when('a user asks for "{capabilities:Words}" {count:d} times with the seed {seed:d}')
def ask_same(context: Context, capabilities: str, count: int, seed: int) -> None:
    """The very same request is made so many times."""
    for _ in range(count):
        caio(context.world).ask(capabilities, seed=seed)


@when('a user asks both of them for "{capabilities:Words}" with each of the seeds {first:d} to {last:d}')
def ask_both(context: Context, capabilities: str, first: int, last: int) -> None:
    """The same requests are made to every instance that the scenario has started."""
    for seed in range(first, last + 1):
        caio(context.world).ask_all(capabilities, seed)


@when(
    'a user asks for "{one:Words}" with the seed {seed:d}, for "{other:Words}" {count:d} times, '
    'and for "{one_again:Words}" with the seed {same:d} again'
)
def ask_around(context: Context, one: str, seed: int, other: str, count: int, one_again: str, same: int) -> None:
    """A request is made, then others, then the first one again; only the first and the last are kept."""
    first = caio(context.world).ask(one, seed=seed)
    for _ in range(count):
        caio(context.world).ask(other)
    caio(context.world).answers = [first, caio(context.world).ask(one_again, seed=same)]


@then("all {count:d} decisions are the same")
def all_same(context: Context, count: int) -> None:
    """There are so many decisions, and they differ in nothing but the time they took."""
    made = [timeless(answer.result()) for answer in caio(context.world).answers]
    assert_that(enough(made, "decisions to compare", least=2), has_length(count))
    assert_that(made, only_contains(equal_to(made[0])))


@then('both decisions on "{capabilities:Words}" are the same')
def both_same(context: Context, capabilities: str) -> None:
    """The first and the last decision differ in nothing but the time they took."""
    all_same(context, 2)


@then("they decide the same every time")
def replicas_agree(context: Context) -> None:
    """For each request the decisions of all instances differ in nothing but the time they took."""
    for answers in enough(caio(context.world).answers_of_all, "requests made to all"):
        made = [timeless(answer.result()) for answer in enough(answers, "decisions to compare", least=2)]
        assert_that(made, only_contains(equal_to(made[0])), f"decisions of {len(made)} instances")


@then('the decision names the service "{service:Words}" and the model "{model:Words}"')
def names_service(context: Context, service: str, model: str) -> None:
    """The decision says which service and which model are to be called, and by which route."""
    assert_that(caio(context.world).answer.result(), has_entries(service_id=service, model=model, route=not_none()))


@then("the decision gives a time-out, retries, a budget and a priority for the call")
def gives_control_signal(context: Context) -> None:
    """The control signal bounds the call: how long, how often, how dear, how urgent."""
    signal = caio(context.world).answer.read(shapes.Object, "control_signal")
    expected = has_entries(timeout_ms=greater_than(0), retries=greater_than_or_equal_to(0), priority=not_none())
    assert_that(signal, expected)
    assert_that(signal, has_key("budget"))


@then('the decision guarantees "{name:Words}" of "{value:Words}"')
def states_guarantee(context: Context, name: str, value: str) -> None:
    """The decision states this guarantee of the chosen service, with its value."""
    assert_that(caio(context.world).answer.read(shapes.Object, "guarantees"), has_entry(name, documents.scalar(value)))


@then('the decision proves that "{service:Words}" gives "{field:Words}" of at least "{value:Words}"')
def proves_guarantee(context: Context, service: str, field: str, value: str) -> None:
    """One of the proofs about the service shows this guarantee, what was asked for and what the contract says."""
    shown = proofs(caio(context.world).answer.result(), service)
    wanted = has_entries(holds=True, actual=greater_than_or_equal_to(float(value)), contract_digest=instance_of(str))
    assert_that([proof for proof in shown if field in str(proof["field"])], has_item(wanted))


@then('the trace shows the stages "{stages:Words}", each with its duration')
def trace_shows_stages(context: Context, stages: str) -> None:
    """The trace lists these stages in this order; each took some time, however little."""
    seen = caio(context.world).answer.read(list[shapes.Stage], "trace", "stages")
    assert_that([stage.name for stage in seen], contains_exactly(*documents.words(stages)))
    assert_that([stage.duration_us for stage in seen], only_contains(greater_than(0)), "durations in µs")


@when("the first decision is fetched again")
def fetch_first(context: Context) -> None:
    """The decision that was made first is asked for by its id."""
    first = caio(context.world).answers[0].read(str, "decision_id")
    caio(context.world).heard(caio(context.world).orchestrator.decision(first))


@when("a decision that was never made is fetched")
def fetch_unknown(context: Context) -> None:
    """A decision is asked for by an id that nothing has."""
    caio(context.world).heard(caio(context.world).orchestrator.decision("0" * 64))


@then("it is the decision that was given, with its trace and its proofs")
def is_given_decision(context: Context) -> None:
    """What was fetched is what was given at first, to the last letter."""
    first, *_, last = enough(caio(context.world).answers, "decisions given and fetched", least=2)
    assert_that(last.result(), equal_to(first.result()))


@then("each of the {count:d} decisions can be fetched as it was given")
def all_can_be_fetched(context: Context, count: int) -> None:
    """Each decision that was given is fetched by its id and differs from it in nothing."""
    given_once = {answer.read(str, "decision_id"): answer.result() for answer in caio(context.world).answers}
    decided = enough(given_once, "decisions that were given")
    fetched = {name: caio(context.world).orchestrator.decision(name).result() for name in decided}
    assert_that(fetched, has_length(count))
    assert_that(fetched, equal_to(given_once))


@given('{count:d} users have asked for "{capabilities:Words}" at the same time, each in a matter of their own')
def asked_together(context: Context, count: int, capabilities: str) -> None:
    """So many requests are made at once, no two of them alike."""
    caio(context.world).ask_each_together(capabilities, count)


@given("somebody has changed its {part}")
def tamper(context: Context, part: str) -> None:
    """The record of the decision is changed in one part, as little as can be."""
    decision_verification.tamper(caio(context.world).answer.result(), part)


@given('somebody has changed the contract of "{service:Words}"')
def tamper_contract(context: Context, service: str) -> None:
    """The contract that the auditor holds is not the one that the decision was made by."""
    document = caio(context.world).contracts[service]
    caio(context.world).contracts[service] = documents.changed(document, "api.base_url", "http://127.0.0.1:8")


@given("the auditor holds the public key of somebody else")
def foreign_key(context: Context) -> None:
    """The key that the auditor verifies with does not belong to the system that made the decision."""
    caio(context.world).verification_keys = decision_verification.somebody_elses_key()


@when("an auditor verifies the decision")
def verify(context: Context) -> None:
    """Somebody who holds only the decision, the contracts and the public key verifies it with the system's own tool."""
    caio(context.world).verifications.append(
        decision_verification.verify(context.world, caio(context.world).answer.result())
    )


@when("an auditor verifies every decision")
def verify_all(context: Context) -> None:
    """Each decision of the scenario is verified by itself, with the system's own tool."""
    caio(context.world).verifications += [
        decision_verification.verify(context.world, each.result()) for each in caio(context.world).answers
    ]


@then("the auditor finds it genuine")
def is_genuine(context: Context) -> None:
    """The tool finds nothing wrong."""
    all_are_genuine(context, 1)


@then("the auditor finds all {count:d} genuine")
def all_are_genuine(context: Context, count: int) -> None:
    """There were so many different decisions, and the tool finds nothing wrong with any."""
    assert_that(
        {answer.read(str, "decision_id") for answer in caio(context.world).answers}, has_length(count), "decisions"
    )
    verifications = enough(caio(context.world).verifications, "decisions that were verified")
    told = [result.output for result in verifications if not result.genuine]
    assert_that(told, empty(), "what the tool told of decisions that it did not find genuine")
    assert_that(verifications, has_length(count), "decisions that were verified")


@then("the auditor finds that it is not genuine")
def is_not_genuine(context: Context) -> None:
    """The tool finds the change and says so; it does not merely fail."""
    (verification,) = caio(context.world).verifications
    assert_that(verification, decision_verification.tampered())

"""Sentences about a running gateway, what its upstreams do, who asks it for which model, and who answers."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, is_in, only_contains

from support.domains.gateway import asking, faults, official, routing, running, words
from support.domains.gateway.asking import Register
from support.world.upstreams import Upstreams

words.register()


@given("the gateway is running")
def run(context: Context) -> None:
    """The gateway is up in its default profile, all of its upstreams are well, and none rests."""
    running.start(context.world)


@given('the gateway is running in its "{profile:Words}" profile')
def run_in_profile(context: Context, profile: str) -> None:
    """The gateway is up in a named set-up of its system.yaml, all of its upstreams are well, and none rests."""
    running.start(context.world, profile)


@given("a gateway of its own is running")
def run_own(context: Context) -> None:
    """The gateway is up, and no other scenario uses it before or after this one."""
    running.start(context.world, own=True)


@given("{which:Which} upstream of the {route:Route} model {fault:UpstreamFault}")
@when("{which:Which} upstream of the {route:Route} model {fault:UpstreamFault}")
def break_upstream(context: Context, which: str, route: str, fault: str) -> None:
    """Something goes wrong with these upstreams, until they are well again or the scenario ends."""
    faults.inject(context.world, faults.upstreams_meant(context.world, which, route), fault)


@given("every upstream of the gateway {fault:UpstreamFault}")
@when("every upstream of the gateway {fault:UpstreamFault}")
def break_all(context: Context, fault: str) -> None:
    """Something goes wrong with all upstreams, until they are well again or the scenario ends."""
    faults.inject(context.world, list(context.world.part(Upstreams)), fault)


@given("a caller has asked for the {route:Route} model")
@when("a caller asks for the {route:Route} model")
def ask(context: Context, route: str) -> None:
    """A caller whom the gateway knows asks a question of its own, and waits for the whole answer."""
    asking.begin(context.world)
    asking.one(context.world, route)


@given("a caller has asked for the {route:Route} model {count:d} times")
@when("a caller asks for the {route:Route} model {count:d} times")
def ask_again(context: Context, route: str, count: int) -> None:
    """A caller asks so many questions, one after the other."""
    asking.begin(context.world)
    asking.many(context.world, [route] * count, 1)


@when("callers ask for the {route:Route} model {count:d} times, {many:d} at a time")
def ask_many(context: Context, route: str, count: int, many: int) -> None:
    """So many questions are asked, of which so many are under way at each moment."""
    asking.begin(context.world)
    asking.many(context.world, [route] * count, many)


@when("callers ask for streams of the {route:Route} model {count:d} times, {many:d} at a time")
def stream_many(context: Context, route: str, count: int, many: int) -> None:
    """So many streams are asked for, of which so many are under way at each moment."""
    asking.begin(context.world)
    asking.many(context.world, [route] * count, many, stream=True)


@when("{count:d} callers ask for the {route:Route} model at the same moment")
def ask_at_once(context: Context, count: int, route: str) -> None:
    """So many questions are asked at once, each over a connection of its own."""
    asking.begin(context.world)
    asking.at_once(context.world, route, count)


@when("{count:d} callers ask for the {routes:Words} models at the same moment")
def ask_for_several(context: Context, count: int, routes: str) -> None:
    """So many questions are asked at once, for each of these models in turn."""
    asking.begin(context.world)
    asking.many(context.world, asking.in_turn(routes, count), count)


@when("a caller with an official client asks for the {route:Route} model")
def ask_officially(context: Context, route: str) -> None:
    """The question is asked, and its answer read, by the client of the API's own makers."""
    asking.begin(context.world)
    official.complete(context.world, route)


@then("the caller gets the answer of an upstream of that model")
@then("every caller gets the answer of an upstream of that model")
@then("each caller gets the answer to the own question, from an upstream of the model asked for")
def is_answered(context: Context) -> None:
    """Each question was answered with what an upstream that is configured for its model says to just that question."""
    assert_that(routing.wrong_answers(context.world), empty(), "questions that were not answered so")


@then("the caller gets the answer of {which:Which} upstream of the {route:Route} model")
@then("each caller gets the answer to the own question, from {which:Which} upstream of the {route:Route} model")
@then("the caller gets the whole stream of {which:Which} upstream of the {route:Route} model")
def is_answered_by(context: Context, which: str, route: str) -> None:
    """Each question was answered, in full and once, with what this upstream says to just that question."""
    meant = faults.upstreams_meant(context.world, which, route)
    assert_that(routing.wrong_answers(context.world, meant), empty(), f"questions that {meant} did not answer")


@then("the caller gets the whole stream of an upstream of that model")
@then("each caller gets the whole stream that answers the own question")
def is_streamed(context: Context) -> None:
    """Each stream had every token of the answer once and in order, one end of it, and then one [DONE]."""
    assert_that(routing.wrong_answers(context.world), empty(), "streams that were not so")


@then("the official client reads the answer of an upstream of that model")
def is_read_officially(context: Context) -> None:
    """The official client had no trouble with the answer, and read what an upstream of the model says."""
    used = official.used(context.world)
    assert_that(used.trouble, equal_to(""), "the trouble that the official client had")
    assert_that(used.read, is_in(official.right_answers(context.world)), "what it read")


@then("that upstream was asked for its own model, with its own key")
def was_asked_rightly(context: Context) -> None:
    """The call had the upstream's name for the model, and the key that this upstream accepts."""
    assert_that(routing.called_otherwise(context.world), empty(), "calls that had another model or key")


@then("no other upstream was called for that model")
def no_other_called(context: Context) -> None:
    """Only upstreams that are configured for the model got the question."""
    assert_that(routing.strangers_called(context.world), empty(), "calls of other upstreams")


@then("each question led to exactly one call of an upstream")
def led_to_one_call(context: Context) -> None:
    """No question was asked twice, or nowhere."""
    assert_that(routing.counts(context.world), only_contains(1), "calls for each question")


@then("no upstream was called for that model")
def none_called_for(context: Context) -> None:
    """The question reached no upstream."""
    assert_that(routing.calls_for_current(context.world), empty(), "calls for the question")


@then("no upstream was called")
def none_called(context: Context) -> None:
    """Since the scenario began no request has reached any upstream."""
    assert_that(routing.calls_in_all(context.world), empty(), "calls of upstreams")


@then("the caller is told that there is no such model")
def is_unknown_model(context: Context) -> None:
    """The request was refused as one for something that does not exist (404)."""
    answer = context.world.part(Register).last.exchange
    assert_that(answer.status, equal_to(404), answer.describe())

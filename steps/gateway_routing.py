"""Sentences about models: which upstreams share them, which are listed, and what of a request reaches an upstream."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, contains_inanyorder, empty, equal_to, greater_than_or_equal_to, less_than

from support.checks.basis import enough
from support.domains.gateway import asking, official, requests, routing, words
from support.domains.gateway.questions import Question
from support.domains.gateway.requests import Embeddings, Models

words.register()


@when('a caller asks for a model called "{model:Words}"')
def ask_by_name(context: Context, model: str) -> None:
    """A caller asks a question of a model that need not exist."""
    asking.begin(context.world)
    asking.ask(context.world, "", Question(model))


@when('a caller asks for a stream of a model called "{model:Words}"')
def stream_by_name(context: Context, model: str) -> None:
    """A caller asks for a stream of a model that need not exist."""
    asking.begin(context.world)
    asking.ask_stream(context.world, "", Question(model, stream=True))


@then("the upstreams of the {route:Route} model were called as often as their weights say")
def follow_weights(context: Context, route: str) -> None:
    """Each share differs from its weight by no more than chance explains; a weight of 0 got nothing at all."""
    weights = enough(asking.route(context.world, route).weights, "weights")
    shares = routing.shares(context.world, route)
    context.world.evidence.observation("calls of upstreams", str(shares), str(weights), samples=sum(shares.values()))
    assert_that(routing.off_weights(shares, weights), empty(), f"shares off their weights; {shares}")


@then("no upstream of the {route:Route} model with a weight of 0 was called")
def nothing_for_zero(context: Context, route: str) -> None:
    """There is such an upstream, there were questions, and it got none."""
    got = routing.calls_of_weightless(context.world, route)
    assert_that(sum(got.values()), equal_to(0), f"calls of upstreams with a weight of 0: {got}")


@then("each upstream of the {route:Route} model got a quarter of the calls at least")
def share(context: Context, route: str) -> None:
    """Of all calls for these questions no upstream got less than a quarter."""
    shares = routing.shares(context.world, route)
    context.world.evidence.observation("calls of upstreams", str(shares), samples=sum(shares.values()))
    assert_that(min(shares.values()), greater_than_or_equal_to(sum(shares.values()) / 4), f"calls: {shares}")


@then("the first upstream of the {route:Route} model got less than half as many calls as the second")
def busy_gets_less(context: Context, route: str) -> None:
    """By the calls that reached each of them for these questions."""
    busy, free = list(routing.shares(context.world, route).values())[:2]
    context.world.evidence.observation("calls of the busy upstream", busy, free / 2, "calls", busy + free)
    assert_that(busy, less_than(free / 2), f"calls of the busy upstream, beside {free} of the other")


@when("a caller asks which models there are")
def list_models(context: Context) -> None:
    """A caller asks for the list of models."""
    requests.list_models(context.world)


@when("a caller with an official client asks which models there are")
def list_officially(context: Context) -> None:
    """The list of models is asked for, and read, by the client of the API's own makers."""
    official.models(context.world)


@when("a caller asks which models there are, and for each of them")
def ask_for_each(context: Context) -> None:
    """A caller asks for the list of models, and then a question of each of them."""
    requests.list_models(context.world)
    requests.ask_for_each(context.world)


@when("a narrow caller asks which models there are, and for each of them")
def ask_narrowly_for_each(context: Context) -> None:
    """A caller whose key is for some models only asks for the list, and then a question of each listed model."""
    requests.list_models(context.world, "narrow")
    requests.ask_for_each(context.world, "narrow")


@then("the list of models has every configured model, once")
def lists_all(context: Context) -> None:
    """Each model of the definition's routes stands in the list, and no model stands in it twice."""
    listed = context.world.part(Models).listed
    missing = {route.model for route in context.world.system.routes.values()} - set(listed)
    assert_that(sorted(missing), empty(), f"models that are not listed; listed are {listed}")
    assert_that(sorted(listed), contains_inanyorder(*set(listed)), "models that are listed")


@then("each listed model was answered")
def each_is_answered(context: Context) -> None:
    """Whoever sees a model in the list gets an answer of it."""
    speakers = enough(context.world.part(Models).speakers, "models that were listed")
    silent = [model for model, speaker in speakers.items() if not speaker]
    assert_that(silent, empty(), f"models that are listed and not answered; {context.world.exchange.describe()}")


@then("the official client reads the list of models")
def list_is_read(context: Context) -> None:
    """The official client had no trouble with the list, and read every configured model in it."""
    used = official.used(context.world)
    assert_that(used.trouble, equal_to(""), "the trouble that the official client had")
    missing = {route.model for route in context.world.system.routes.values()} - set(used.read)
    assert_that(sorted(missing), empty(), f"models that it did not read in the list; it read {used.read}")


@when("a caller asks for the {route:Route} model in a request with {what:Special}")
def ask_specially(context: Context, route: str, what: str) -> None:
    """The question is asked in a request that has something besides what every request has."""
    asking.begin(context.world)
    requests.ask_special(context.world, route, what)


@when("a caller asks for a stream of the {route:Route} model in a request with {what:Special}")
def stream_specially(context: Context, route: str, what: str) -> None:
    """A stream is asked for in a request that has something besides what every request has."""
    asking.begin(context.world)
    requests.ask_special(context.world, route, what, stream=True)


@then("the upstream was asked with all of that, unchanged")
def arrived_unchanged(context: Context) -> None:
    """Every field of the request, and every message, reached the upstream as it was sent."""
    assert_that(requests.not_as_sent(context.world), empty(), "what did not arrive as it was sent")


@when("a caller asks the embeddings model for {what:Inputs}")
def embed(context: Context, what: str) -> None:
    """A caller asks for the embeddings of some texts, by one request."""
    requests.embed(context.world, requests.embeddings_route(context.world), what)


@when("a caller with an official client asks the embeddings model for {what:Inputs}")
def embed_officially(context: Context, what: str) -> None:
    """The embeddings are asked for, and read, by the client of the API's own makers."""
    official.embed(context.world, requests.embeddings_route(context.world), requests.INPUTS[what])


@then("each input has the embedding that the upstream makes of it alone, in the order of the inputs")
def keeps_order(context: Context) -> None:
    """Each text was given, at its own place, the numbers that the upstream itself gives for this text alone."""
    part, route = context.world.part(Embeddings), requests.embeddings_route(context.world)
    alone = requests.embedded_alone(context.world, route, part.inputs)
    wrong = requests.out_of_order(requests.vectors_of(context.world.exchange), alone)
    assert_that(wrong, empty(), f"inputs without their own embedding; {context.world.exchange}")


@then("the official client reads the embeddings, in the order of the inputs")
def order_is_read(context: Context) -> None:
    """The official client had no trouble with the answer, and read the right numbers at each place."""
    used, route = official.used(context.world), requests.embeddings_route(context.world)
    assert_that(used.trouble, equal_to(""), "the trouble that the official client had")
    alone = requests.embedded_alone(context.world, route, used.texts)
    assert_that(requests.out_of_order(dict(enumerate(used.read)), alone), empty(), "inputs without their own embedding")

"""Sentences about keys of callers and upstreams: what they open, where they go, and which hosts callers may aim at."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to

from support.domains.gateway import aiming, asking, keys, telling, words
from support.domains.gateway.aiming import NamedHost
from support.domains.gateway.asking import Register
from support.domains.gateway.keys import ShownKeys

words.register()


@when("a caller with {key:Key} calls every path of the models")
def call_every_path(context: Context, key: str) -> None:
    """A caller who shows this key, or none, calls each path of the API that the gateway offers."""
    keys.call_every_path(context.world, key)


@when("a caller with {key:Key} asks for the {route:Route} model")
def ask_with_key(context: Context, key: str, route: str) -> None:
    """A caller who shows this key, or none, asks a question."""
    asking.begin(context.world)
    keys.ask(context.world, key, route)


@then("every call of the models is refused as unauthenticated")
def all_refused(context: Context) -> None:
    """Each call was answered by 401."""
    assert_that(keys.not_refused(context.world.part(ShownKeys).calls), empty(), "calls that were not refused by 401")


@then("every refusal asks the caller for a key of the models")
def all_challenged(context: Context) -> None:
    """Each refusal names the scheme by which to identify oneself (WWW-Authenticate)."""
    assert_that(keys.unchallenged(context.world.part(ShownKeys).calls), empty(), "refusals without a challenge")


@then("every call of the models is let in")
def all_let_in(context: Context) -> None:
    """Each call was answered with success."""
    assert_that(keys.refused(context.world.part(ShownKeys).calls), empty(), "calls that were refused")


@then("no answer of the models repeats the key, a part of it, or its hash")
def repeats_nothing(context: Context) -> None:
    """Neither heads nor bodies hold the key, twelve letters of its beginning or end, or a usual hash of it."""
    shown = keys.shown_so_far(context.world)
    assert_that(keys.repeated(context.world.exchanges, shown), empty(), "what answers repeat of a key")


@when("a narrow caller asks for the {route:Route} model")
def ask_narrowly(context: Context, route: str) -> None:
    """A caller whose key is for some models only asks a question."""
    asking.begin(context.world)
    asking.one(context.world, route, who="narrow")


@when("a narrow caller asks for a stream of the {route:Route} model")
def stream_narrowly(context: Context, route: str) -> None:
    """A caller whose key is for some models only asks for a stream."""
    asking.begin(context.world)
    asking.one(context.world, route, stream=True, who="narrow")


@then("the narrow caller gets an answer exactly if the key is for the {route:Route} model")
def opens_its_own(context: Context, route: str) -> None:
    """It was answered if the key is for this model; else refused (401, 403 or 404), and no upstream was called."""
    assert_that(keys.wrongly_opened(context.world, "narrow", route), empty(), "what the key opened wrongly, or did not")


@when("a caller asks for the {route:Route} model and shows a key {where:Where}")
def show_key(context: Context, route: str, where: str) -> None:
    """A caller shows its key, or one that nobody asked for where none is needed."""
    asking.begin(context.world)
    keys.show_key(context.world, where, route)


@then("no upstream was shown the caller's key")
def key_stays(context: Context) -> None:
    """The key stands in no header, path or body of any call."""
    assert_that(keys.caller_keys_upstream(context.world), empty(), "calls that show a caller's key")


@then("no answer of the gateway shows the key of an upstream")
def upstream_key_stays(context: Context) -> None:
    """Neither heads nor bodies of the answers hold the key of any upstream."""
    assert_that(keys.upstream_keys_in(context.world, context.world.exchanges), empty(), "answers with such a key")


@when("a caller reads everything that the gateway tells of itself")
def read_everything(context: Context) -> None:
    """A caller asks for models, health, readiness, metrics, settings and documents, wherever gateways have them."""
    telling.read_everything(context.world)


@when("a caller asks for the {route:Route} model and names a host of its own in every way that gateways know")
def name_host(context: Context, route: str) -> None:
    """In fields and headers by which some gateway lets callers say whom to call."""
    aiming.ask_in_every_way(context.world, route)


@then("the host that the caller named was never called")
def host_was_not_called(context: Context) -> None:
    """Nobody connected to the address that stood in the requests."""
    part = context.world.part(NamedHost)
    assert_that(part.visits, empty(), f"connections to the host, which was named in {len(part.asked)} ways")


@when('a caller aims a request for the {route:Route} model at "{address:Words}"')
def aim(context: Context, route: str, address: str) -> None:
    """The caller puts this address where it names the upstream of its request."""
    asking.begin(context.world)
    aiming.aim(context.world, route, address)


@then("the gateway refuses to call that host")
def host_is_refused(context: Context) -> None:
    """The request was refused as the caller's mistake, at once, and nothing was tried."""
    wrong = aiming.tried(context.world.part(Register).last.exchange)
    assert_that(wrong, equal_to([]), "why it was no refusal")

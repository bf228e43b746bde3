"""Sentences about web pages that call the system from a browser, as the browser sees it."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_item

from support.subjects import cors
from support.world import vocabulary

vocabulary.register(Action=vocabulary.requests())


@when('a page from "{origin:Words}" asks the browser for permission to call the API')
def ask_permission(context: Context, origin: str) -> None:
    """The browser sends the preflight for a GET with a token that a page of this origin wants to make."""
    cors.preflight(context.world, origin)


@when('a page from "{origin:Words}" tries to {action:Action}')
def attempt(context: Context, origin: str, action: str) -> None:
    """The browser makes this call on behalf of a page of this origin, without asking for permission first."""
    cors.attempt(context.world, origin, action)


@then("the page is allowed in")
def is_allowed(context: Context) -> None:
    """The browser would give the page the answer, or go on to the call that it asked permission for."""
    assert_that(context.world.exchange, cors.answered_with_success())
    assert_that(cors.outcome(context.world), equal_to("allowed in"), cors.told(context.world))


@then("the page is kept out")
def is_kept_out(context: Context) -> None:
    """There was an answer, and the browser would not let the page have it, nor go on to the call."""
    assert_that(context.world.exchange.error, equal_to(None), "an answer came")
    assert_that(cors.outcome(context.world), equal_to("kept out"), cors.told(context.world))


@then("the answer is marked as meant for that origin only")
def is_marked(context: Context) -> None:
    """Caches are told that the answer differs from origin to origin (Vary)."""
    assert_that(cors.varies_by(context.world), has_item("origin"), f"Vary; {cors.told(context.world)}")


@then("credentials are not combined with a wildcard")
def no_wildcard(context: Context) -> None:
    """There was an answer, and it does not let every page of the web make calls as the signed-in user."""
    assert_that(context.world.exchange.error, equal_to(None), "an answer came")
    assert_that(cors.open_to_every_page(context.world), empty(), "answers with a wildcard and credentials")

"""Sentences about web pages in a real browser: what their scripts do, and what they are given."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that

from support import vocabulary
from support.actions import browsing

vocabulary.register()


@when('in a browser a page from "{origin:Words}" reads the services')
def read_services(context: Context, origin: str) -> None:
    """A real browser opens a page of this origin, whose script reads the services without a token."""
    browsing.read_services(context.world, origin)


@when('in a browser a page from "{origin:Words}" registers "{service:Words}" with the token of "{identity:Words}"')
def register(context: Context, origin: str, service: str, identity: str) -> None:
    """A real browser opens a page of this origin, whose script registers a service with this identity's token."""
    browsing.register(context.world, origin, service, identity)


@when('in a browser a page from "{origin:Words}" registers "{service:Words}" as plain text')
def register_as_text(context: Context, origin: str, service: str) -> None:
    """The page's script sends a contract as plain text, which browsers send without asking permission first."""
    browsing.register_as_text(context.world, origin, service)


@then("the page's script is given the answer")
def is_given(context: Context) -> None:
    """The browser gave the answer to the page's script, and it tells of success."""
    assert_that(context.world.sight, browsing.given_success())


@then("the browser keeps the answer from the page")
def is_withheld(context: Context) -> None:
    """The browser gave the script no answer and says that the page's origin is why."""
    assert_that(context.world.sight, browsing.kept_out())

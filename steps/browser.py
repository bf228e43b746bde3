"""Sentences about web pages in a real browser: what their scripts do, and what they are given."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that

from support.subjects import browser
from support.subjects.browser import BrowserPages
from support.world import vocabulary

vocabulary.register(Action=vocabulary.requests())


@when('in a browser a page from "{origin:Words}" tries to {action:Action}')
def attempt(context: Context, origin: str, action: str) -> None:
    """A real browser opens a page of this origin, whose script tries this without a token."""
    browser.attempt(context.world, origin, action)


@then("the page's script is given the answer")
def is_given(context: Context) -> None:
    """The browser gave the answer to the page's script, and it tells of success."""
    assert_that(context.world.part(BrowserPages).last, browser.given_success())


@then("the browser keeps the answer from the page")
def is_withheld(context: Context) -> None:
    """The browser gave the script no answer and says that the page's origin is why."""
    assert_that(context.world.part(BrowserPages).last, browser.kept_out())

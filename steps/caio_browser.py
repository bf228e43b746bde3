"""Sentences about web pages in a real browser that read and register CAIO's services."""

from behave import when
from behave.runner import Context

from support.domains.caio import browser_pages
from support.world import vocabulary

vocabulary.register()


@when('in a browser a page from "{origin:Words}" registers "{service:Words}" with the token of "{identity:Words}"')
def register(context: Context, origin: str, service: str, identity: str) -> None:
    """A real browser opens a page of this origin, whose script registers a service with this identity's token."""
    browser_pages.register(context.world, origin, service, identity)


@when('in a browser a page from "{origin:Words}" registers "{service:Words}" as plain text')
def register_as_text(context: Context, origin: str, service: str) -> None:
    """The page's script sends a contract as plain text, which browsers send without asking permission first."""
    browser_pages.register_as_text(context.world, origin, service)

"""Sentences about what a system writes to its log and to its audit log."""

from behave import then
from behave.runner import Context
from hamcrest import (
    assert_that,
    empty,
    has_entries,
    has_item,
    is_not,
    matches_regexp,
    not_none,
    starts_with,
)

from support import vocabulary
from support.actions import journals
from support.checks import logs
from support.checks.basis import enough
from support.interfaces import contracts

vocabulary.register()

TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
"""The beginning of a time as ISO 8601 writes it."""


@then('every line it wrote is one JSON object with "{keys:Words}"')
def lines_are_json(context: Context, keys: str) -> None:
    """There are lines since the scenario began, and each is one JSON object that has all of these keys."""
    written = context.world.logs()
    enough(logs.lines(written), "lines in the log")
    assert_that(logs.malformed(written, contracts.words(keys)), empty(), "lines that are not such an object")


@then("the log has a line about it with the request id that the user was given")
def line_has_request_id(context: Context) -> None:
    """The id that came with the answer stands in at least one line of the log."""
    given = context.world.answer.request_id
    assert_that(given, not_none(), "request id in the answer")
    assert_that(journals.lines_about(context.world, given), is_not(empty()), f"lines with the request id {given}")


@then('the audit log tells that "{who:Words}" tried to "{what:Words}" with the outcome "{outcome:Words}", and when')
def audit_tells(context: Context, who: str, what: str, outcome: str) -> None:
    """The audit log has a record of the call: who (role first), what (verb first), when, and its outcome."""
    begins = {"who": who, "what": what, "outcome": outcome}
    expected = has_entries(when=matches_regexp(TIME), **{name: starts_with(text) for name, text in begins.items()})
    assert_that(journals.audit_of_last_call(context.world), has_item(expected), "audit records of the call")


@then("the audit log says nothing about it")
def audit_says_nothing(context: Context) -> None:
    """The audit log has records, and none of the call that was made last."""
    enough(journals.audit_records(context.world), "records in the audit log")
    assert_that(journals.audit_of_last_call(context.world), empty(), "audit records of the call")


@then("no token, secret or Authorization header is in any log")
def no_secret_in_logs(context: Context) -> None:
    """Neither the log nor the audit log holds a token that was shown, a configured secret, or such a header."""
    everything = journals.everything(context.world)
    enough(logs.lines(everything), "lines in the logs")
    assert_that(logs.authorization_headers(everything), empty(), "Authorization headers in the logs")
    assert_that(logs.leaks(everything, journals.secrets(context.world)), empty(), "secrets in the logs")

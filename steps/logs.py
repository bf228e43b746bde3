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
    starts_with,
)

from support.base import documents
from support.checks import log_lines
from support.checks.basis import enough
from support.subjects import logs
from support.world import vocabulary

vocabulary.register()

TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
"""The beginning of a time as ISO 8601 writes it."""


@then('every line it wrote is one JSON object with "{keys:Words}"')
def lines_are_json(context: Context, keys: str) -> None:
    """There are lines since the scenario began, and each is one JSON object that has all of these keys."""
    written = context.world.logs()
    enough(log_lines.lines(written), "lines in the log")
    assert_that(log_lines.malformed(written, documents.words(keys)), empty(), "lines that are not such an object")


@then("the log has a line about it with the request id that the caller was given")
def line_has_request_id(context: Context) -> None:
    """The request id in the answer's header stands in the declared field of at least one line of the log."""
    assert_that(logs.lines_about_last_call(context.world), is_not(empty()), "lines with the request id")


@then('the audit log tells that "{who:Words}" tried to "{what:Words}" with the outcome "{outcome:Words}", and when')
def audit_tells(context: Context, who: str, what: str, outcome: str) -> None:
    """The audit log has a record of the call: who (role first), what (verb first), when, and its outcome."""
    begins = {"who": who, "what": what, "outcome": outcome}
    expected = has_entries(when=matches_regexp(TIME), **{name: starts_with(text) for name, text in begins.items()})
    assert_that(logs.audit_of_last_call(context.world), has_item(expected), "audit records of the call")


@then("the audit log says nothing about it")
def audit_says_nothing(context: Context) -> None:
    """The audit log has records, and none of the call that was made last."""
    enough(logs.audit_records(context.world), "records in the audit log")
    assert_that(logs.audit_of_last_call(context.world), empty(), "audit records of the call")


@then("no token, secret or Authorization header is in any log")
def no_secret_in_logs(context: Context) -> None:
    """Neither the log nor the audit log holds a token that was shown, a configured secret, or such a header."""
    everything = logs.everything(context.world)
    enough(log_lines.lines(everything), "lines in the logs")
    assert_that(log_lines.authorization_headers(everything), empty(), "Authorization headers in the logs")
    assert_that(log_lines.leaks(everything, logs.secrets(context.world)), empty(), "secrets in the logs")

"""Sentences about the audit trail of traces: what is on record, and whether a change of it is found."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_entries, has_item, matches_regexp

from support.checks.basis import enough
from support.domains.sidecar import api, audit, audit_chain, traces
from support.domains.sidecar.audit import Verified
from support.domains.sidecar.traces import Traces
from support.world import vocabulary

vocabulary.register(Tampering=audit_chain.TAMPERINGS, Act=audit.ACTS)

TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
"""The beginning of a time as ISO 8601 writes it."""


@when("callers with and without tokens have chats explained, look at traces and are refused")
def call_in_all_ways(context: Context) -> None:
    """Callers of both tenants, with all rights, some and none, do what they may and may not."""
    audit.call_in_all_ways(context.world)


@when("a user has a chat explained with the token in its address and in its prompt")
def show_token(context: Context) -> None:
    """A user shows the own token where it does not belong."""
    audit.show_token_everywhere(context.world)


@when("a user looks at the own trace")
def look(context: Context) -> None:
    """A user has a chat explained, and looks at its trace until that has ended."""
    traces.explain(context.world)
    audit.look(context.world)


@when("a user looks at the own graph of a trace")
def look_at_graph(context: Context) -> None:
    """A user has a chat explained, and looks at its graph."""
    traces.explain(context.world)
    audit.look_at_graph(context.world)


@when("a user cancels the own trace")
def cancel(context: Context) -> None:
    """A user has a chat explained, which takes a while, and cancels it."""
    traces.explain_held(context.world)
    api.done(traces.cancel(context.world, context.world.part(Traces).last))


@then("the audit trail of the traces has records")
def has_records(context: Context) -> None:
    """Something is on record, so that there is something in which a token could stand."""
    enough(audit.records(context.world), "records in the audit trail")


@then('the audit trail of the trace says that "{who:Words}" did "{did:Words}", how it ended, and when')
def says(context: Context, who: str, did: str) -> None:
    """A record names who, what, which trace, the outcome and the time."""
    found = audit.about(context.world, who, did)
    expected = has_entries(when=matches_regexp(TIME), tenant=matches_regexp(r"\w"), seq=equal_to(found[0]["seq"]))
    assert_that(found, has_item(expected), "records about it")


@given("the audit trail of the traces has at least {least:d} records")
def fill(context: Context, least: int) -> None:
    """Chats are explained until so many acts are on record."""
    audit.fill(context.world, least)


@given("the audit trail of the traces is found whole")
@then("the audit trail of the traces is found whole")
def is_whole(context: Context) -> None:
    """The sidecar's own tool finds nothing wrong, and neither do we, by the same key."""
    assert_that(audit.verify(context.world).status, equal_to(0), context.world.part(Verified).said)
    assert_that(audit.wrong_in_trail(context.world), empty(), "what is wrong with the audit trail")


@when("somebody {tampering:Tampering} of the audit trail of the traces")
def tamper(context: Context, tampering: str) -> None:
    """A copy of the file is changed, and then verified by the sidecar's own tool beside the end that was kept."""
    audit.tamper(context.world, tampering)


@then("the audit trail of the traces is found changed, and it is said where")
def is_changed(context: Context) -> None:
    """The tool says that it was changed, and names the line or the record."""
    assert_that(context.world.part(Verified).status, equal_to(1), context.world.part(Verified).said)
    assert_that(context.world.part(Verified).said, matches_regexp(r"(line|record) \d+"), "what the tool says")

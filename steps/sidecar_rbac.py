"""Sentences about who may do what with traces, and about what is shown where everybody may."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, contains_string, empty, equal_to

from support.base import documents
from support.base.outcomes import Outcome
from support.domains.sidecar import api, rbac, traces
from support.domains.sidecar.traces import Traces
from support.subjects import auth
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()))


@given("the callers of its traces must show tokens")
def require(context: Context) -> None:
    """Whoever shows no token is refused; where everybody is let in, the scenario is skipped with that reason."""
    rbac.require(context.world)


@when("the callers of its traces are required to show tokens")
def try_to_require(context: Context) -> None:
    """What a scenario about tokens asks for first; what would become of it is noted."""
    rbac.try_to_require(context.world)


@when("{caller:Caller} calls everything that there is about traces")
def call_everything(context: Context, caller: str) -> None:
    """The caller looks at traces and graphs, cancels, chats, and registers a webhook."""
    rbac.call_everything(context.world, caller)


@when("each holder of a token tries all that can be done with a trace of their tenant")
def try_all(context: Context) -> None:
    """Everybody of the tenant, with different rights, tries everything with a trace that is complete."""
    rbac.try_all(context.world, rbac.HOLDERS)


@when("a reader tries to cancel the trace")
@when("a reader tries to cancel a trace of theirs")
def cancel_as_reader(context: Context) -> None:
    """Somebody of the tenant who may only look tries to cancel the last trace, which is made if there is none."""
    traces.cancel(context.world, traces.any_trace(context.world), api.READER)


@when("a reader asks for the trace")
def ask_as_reader(context: Context) -> None:
    """Somebody of the tenant who may only look asks for the last trace."""
    context.world.exchanges.append(traces.ask(context.world, context.world.part(Traces).last, api.READER))


@then("the traces were open to them in this way")
def were_open(context: Context) -> None:
    """Each holder of the table could do just what it says, and no other holder has tried."""
    assert_that(rbac.otherwise(context.world, documents.rows(context.table)), empty(), "deeds that ended otherwise")


@then("it names a trace that whoever knows it can follow to its end")
def can_follow(context: Context) -> None:
    """Without a token, the trace that the answer names is followed to its end."""
    end = traces.await_end(context.world, traces.of_anybody(context.world))
    assert_that(end, equal_to(traces.COMPLETE), "how the trace ended")


@then('the scenario about traces would be "{outcome:Words}" because of "{why:Words}"')
def would_be(context: Context, outcome: str, why: str) -> None:
    """The scenario would end in this way, and the reason names this."""
    ended, reason = rbac.required(context.world)
    assert_that(str(ended), equal_to(outcome), "how it would end")
    assert_that(reason, contains_string(why), "reason")


@then("the scenario about traces would go on")
def would_go_on(context: Context) -> None:
    """Nothing stands against showing what is promised about tokens."""
    assert_that(rbac.required(context.world), equal_to((Outcome.MET, "")), "what would become of it")

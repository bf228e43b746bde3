"""Sentences about tenants, and about what each of them sees of the traces of another."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.sidecar import api, explainers, tenants, traces
from support.domains.sidecar.tenants import Attempts
from support.domains.sidecar.traces import Traces
from support.world import vocabulary

vocabulary.register(OtherWay=tenants.WAYS, Naming=tenants.NAMED)


@when("another tenant asks for the trace {way:OtherWay}")
def ask_as_other(context: Context, way: str) -> None:
    """Somebody of another tenant, with all rights there, asks for trace and graph, and tries to cancel it."""
    tenants.ask_as_other(context.world, way)


@when("a tenant of the same name in capital letters asks for the trace")
def ask_as_namesake(context: Context) -> None:
    """Somebody of a tenant whose name differs from the user's in its letters' case alone asks for all of it."""
    tenants.ask_as_other(context.world, "by its id", api.NAMESAKE)


@then("every call about the trace is refused, and tells nothing of it")
def refused(context: Context) -> None:
    """Each call is refused (403 or 404), and the refusal has no field of the trace."""
    found = tenants.telling(context.world.part(Attempts).answers, context.world.part(Traces).last)
    assert_that(found, empty(), "answers that are no refusal, or tell something")


@when("another tenant asks for the trace and for one that nobody has")
def ask_for_both(context: Context) -> None:
    """Somebody of another tenant asks for a trace that exists, and in the same way for one that does not."""
    tenants.ask_for_both(context.world)


@then("both were refused alike")
def refused_alike(context: Context) -> None:
    """Nothing in the refusals tells whether somebody else has such a trace."""
    assert_that(tenants.unlike(context.world), empty(), "refusals that differ")


@then("the id of no trace follows from those of others")
def not_guessed(context: Context) -> None:
    """The ids are long, and no two of them have more in common than chance gives."""
    assert_that(traces.unlike_names(context.world.part(Traces).made), empty(), "ids that are alike")


@given("another tenant has tried to cancel the trace")
@when("another tenant tries to read the trace")
def cancel_as_other(context: Context) -> None:
    """Somebody of another tenant reads the last trace, and tries to cancel it; a trace is made if there is none."""
    trace = traces.any_trace(context.world)
    traces.cancel(context.world, trace, api.OTHER)
    context.world.exchanges.append(traces.ask(context.world, trace, api.OTHER))


@when("two tenants have chats explained under the same name of a trace")
def name_alike(context: Context) -> None:
    """Both propose the same name for the trace of their chat, which the sidecar may take or not."""
    tenants.name_alike(context.world)


@then("each tenant reads the own trace and never the other's")
def not_mixed_up(context: Context) -> None:
    """Each finds the own words in the own graph, and cannot read those of the other."""
    assert_that(tenants.mixed_up(context.world), empty(), "what was mixed up")


@when("a user has a chat explained that names another tenant {way:Naming}")
def explain_naming(context: Context, way: str) -> None:
    """The chat carries the name of another tenant besides the user's token."""
    tenants.explain_naming_other(context.world, way)


@given("every job of a trace in the queue says that it is of another tenant")
def falsify(context: Context) -> None:
    """Whatever the messages in the queue say of a tenant now names another one."""
    explainers.falsify(context.world, tenants.other_tenant(context.world))


@then("the trace belongs to the tenant of the user, and to no other")
@then("each trace belongs to the tenant of the user, and to no other")
def belongs(context: Context) -> None:
    """Every trace tells its owner's tenant, and is refused to another one."""
    assert_that(tenants.belonging_to_others(context.world), empty(), "traces that belong to others")

"""Sentences about the version of the sidecar's API: its document, the frozen one, and what guards it."""

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty

from support.domains.sidecar.platform import api_changes, api_documents, api_guard, files, policy, probing
from support.domains.sidecar.platform.api_guard import Comparison
from support.domains.sidecar.platform.probing import Probes
from support.world import vocabulary

vocabulary.register(ApiChange=api_changes.CHANGES)


@when("a developer reads the API's document")
def read_document(context: Context) -> None:
    """The document is fetched from the running service."""
    context.world.part(api_documents.Documents).served = api_documents.served(context.world)


@then("every path of the API's document is under the version")
def served_is_versioned(context: Context) -> None:
    """Each path that the service describes begins with the version."""
    found = api_documents.unversioned(context.world.part(api_documents.Documents).served)
    assert_that(found, empty(), "paths without the version")


@then("every path of the frozen API's document is under the version")
def frozen_is_versioned(context: Context) -> None:
    """Each path of the frozen document begins with the version."""
    assert_that(api_documents.unversioned(api_documents.frozen(context.world)), empty(), "paths without the version")


@then("the API's document has the operations of the frozen one, and no others")
def has_frozen_operations(context: Context) -> None:
    """The same paths and methods are in both documents."""
    served = context.world.part(api_documents.Documents).served
    found = api_documents.different(served, api_documents.frozen(context.world))
    assert_that(found, empty(), "operations of the served (first) or the frozen document (second) alone")


@when("a caller without a token tries every operation of the API's document")
def try_each(context: Context) -> None:
    """Each operation is called at its path, with ids that nothing has."""
    probing.try_each(context.world, versioned=True)


@when("a caller tries every path of the API's document without the version")
def try_each_unversioned(context: Context) -> None:
    """Each operation is called at its path without the version."""
    probing.try_each(context.world, versioned=False)


@then("every operation of the API's document is there")
def all_there(context: Context) -> None:
    """No call was answered as one for which there is no path or method."""
    assert_that(context.world.part(Probes).absent(), empty(), "operations that are not there")


@then("none of them is there")
def none_there(context: Context) -> None:
    """Each call was answered as one for which there is no path."""
    assert_that(context.world.part(Probes).there(), empty(), "operations that answer without the version")


@when("the change-management policy is read")
def read_policy(context: Context) -> None:
    """The policy is read from where the definition says, and attached."""
    context.world.evidence.text("change management", files.text(context.world, "change_management"))


@then("the change-management policy speaks of decision records, the freeze and the frozen document")
def policy_names(context: Context) -> None:
    """The policy has a word of each."""
    assert_that(policy.unnamed(context.world), empty(), "what the policy does not speak of")


@then("every decision record that the change-management policy names is there, and none is left out")
def records_are_there(context: Context) -> None:
    """Each linked record exists, says something and has a status; each record is linked."""
    world = context.world
    assert_that([*policy.unusable_records(world), *policy.unlinked_records(world)], empty(), "decision records")


@when("the guard of the API compares the running service with the frozen document")
def compare_served(context: Context) -> None:
    """The system's own command compares what the service serves with what is frozen."""
    api_guard.compare_served(context.world)


@when("the guard of the API compares the frozen document with one in which {change:ApiChange}")
def compare_changed(context: Context, change: str) -> None:
    """The system's own command compares the frozen document with a changed copy."""
    api_guard.compare_changed(context.world, change)


@then("the guard of the API stops it, and names the place")
def is_stopped(context: Context) -> None:
    """The command says that there is a breaking change, and where."""
    comparison = context.world.part(Comparison)
    assert_that(comparison.found, api_guard.stopped(comparison.place))


@then("the guard of the API lets it through")
def is_let_through(context: Context) -> None:
    """The command says that there is no breaking change."""
    assert_that(context.world.part(Comparison).found, api_guard.let_through())

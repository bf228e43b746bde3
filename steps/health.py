"""Sentences about what a system tells of its own health, and about damage to what it relies on."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, contains_inanyorder, empty, equal_to, has_entry, is_in

from support.base import documents
from support.base.outcomes import NotMet
from support.base.waiting import until
from support.checks import shapes
from support.checks.basis import enough
from support.subjects import health
from support.subjects.health import HealthReport
from support.world import vocabulary

vocabulary.register()


@when("the health of {system:System} is asked for")
def ask_health(context: Context, system: str) -> None:
    """The health check is called, without a token."""
    context.world.part(HealthReport).body = health.report(context.world)


@then("{system:System} is healthy")
def is_healthy(context: Context, system: str) -> None:
    """The health check says that the system is healthy, in its body and by its status (200)."""
    assert_that(health.status_of(context.world, "health"), equal_to(200), "status of the health check")
    assert_that(health.report(context.world), has_entry("status", context.world.system.healthy))


@then("{system:System} is ready")
def is_ready(context: Context, system: str) -> None:
    """The readiness check says that requests may be sent (200)."""
    assert_that(health.status_of(context.world, "ready"), equal_to(200), "status of the readiness check")


@then("{system:System} is not ready")
def is_not_ready(context: Context, system: str) -> None:
    """The readiness check says that no requests may be sent (503)."""
    assert_that(health.status_of(context.world, "ready"), equal_to(503), "status of the readiness check")


@then("{system:System} is alive")
def is_alive(context: Context, system: str) -> None:
    """The liveness check says that the process need not be restarted (200)."""
    assert_that(health.status_of(context.world, "live"), equal_to(200), "status of the liveness check")


@then("{system:System} becomes ready again")
def becomes_ready(context: Context, system: str) -> None:
    """The readiness check says within the settling time that requests may be sent."""
    ready = lambda: health.status_of(context.world, "ready") == 200  # noqa: E731
    until(ready, context.world.settings.timeouts.settle, "the readiness check to say ready", failing=NotMet)


@then('health reports on the components "{components:Words}"')
def reports_components(context: Context, components: str) -> None:
    """The health check tells of each of these components and of no other."""
    told = shapes.read(context.world.part(HealthReport).body, shapes.Object, "components")
    assert_that(list(told), contains_inanyorder(*documents.words(components)))


@then("every component is healthy")
def all_healthy(context: Context) -> None:
    """The health check reports each component as healthy."""
    enough(health.components(context.world.part(HealthReport).body), "components in the health check")
    assert_that(health.failed_components(context.world), empty(), "components that are not healthy")


@given('health has reported that "{component:Words}" has failed')
@then('health reports that "{component:Words}" has failed')
def reports_failure(context: Context, component: str) -> None:
    """The health check says within the settling time that this component has failed."""
    failed = lambda: component in health.failed_components(context.world, health.report(context.world))  # noqa: E731
    until(failed, context.world.settings.timeouts.settle, f"health to report {component} as failed", failing=NotMet)
    context.world.part(HealthReport).body = health.report(context.world)
    assert_that(component, is_in(health.failed_components(context.world)))


@then("the other components are healthy")
def others_healthy(context: Context) -> None:
    """No component but one is reported as failed."""
    enough(health.components(context.world.part(HealthReport).body), "components in the health check", least=2)
    failed = health.failed_components(context.world)
    assert_that(failed[1:], empty(), f"failed beside {failed[:1]}")

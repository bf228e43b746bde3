"""Sentences about what health tells of Redis, in which jobs wait, and of the jobs that wait there."""

from behave import given, then
from behave.runner import Context
from hamcrest import assert_that, empty, has_entries, matches_regexp

from support.domains.automation import health
from support.subjects.health import HealthReport
from support.world import vocabulary

vocabulary.register()


@then('the health has the version, a queue of jobs that is "{state:Words}", and its depth')
def tells_all(context: Context, state: str) -> None:
    """The health check tells status, version, the state of Redis and the depth of the queue."""
    told = context.world.part(HealthReport).body
    assert_that(health.lacking(context.world, told, state), empty(), "what health tells otherwise")


@then('the detailed health has the version, a queue of jobs that is "{state:Words}", and its depth')
def detail_tells_all(context: Context, state: str) -> None:
    """The detailed health tells at least what the health check tells."""
    told = health.detailed(context.world)
    assert_that(health.lacking(context.world, told, state), empty(), "what the detailed health tells otherwise")


@given('the health has said that the queue of jobs is "{state:Words}"')
@then('the health soon says that the queue of jobs is "{state:Words}"')
def soon_says(context: Context, state: str) -> None:
    """The health check says this of Redis within the settling time."""
    assert_that(health.await_redis(context.world, state), has_entries(redis=state), "what health says of Redis")


@then("the health soon warns that {count:d} jobs wait, where {most:d} may")
def soon_warns(context: Context, count: int, most: int) -> None:
    """The detailed health warns within the settling time: it tells the depth, and names the threshold."""
    assert_that(health.await_warning(context.world, count, most), matches_regexp(rf"\b{most}\b"), "the warning")


@then("the health does not warn of the {count:d} jobs")
def does_not_warn(context: Context, count: int) -> None:
    """Once the detailed health tells so many jobs, it warns of nothing."""
    assert_that(health.warnings_at(context.world, count), empty(), "warnings")

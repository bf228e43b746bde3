"""Sentences about a system as a whole: having it running, starting it with settings, stopping and killing it."""

import re

from behave import given, then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, contains_string, greater_than, has_entry, is_not, matches_regexp, not_none

from support.base import documents
from support.checks import log_lines
from support.checks.basis import enough
from support.subjects import deployment, health
from support.subjects.deployment import StartAttempt
from support.world import vocabulary

vocabulary.register()


@given("{system:System} is running")
def run(context: Context, system: str) -> None:
    """The system is up and ready, in its default profile, and holds no service."""
    context.world.start()


@given('{system:System} is running in its "{profile:Words}" profile')
def run_in_profile(context: Context, system: str, profile: str) -> None:
    """The system is up and ready in a named set-up of its system.yaml."""
    context.world.start(profile)


@given("a {system:System} of its own is running")
@given("an {system:System} of its own is running")
def run_own(context: Context, system: str) -> None:
    """The system is up and ready, and no other scenario uses it before or after this one."""
    context.world.start(own=True)


@given('the companions "{names:Words}" are running')
def run_companions(context: Context, names: str) -> None:
    """Systems that the scenario starts from now on are told where these companions are, in this order."""
    context.world.companions.start_all(documents.words(names))


@given('a {system:System} of its own is running in its "{profile:Words}" profile')
@given('an {system:System} of its own is running in its "{profile:Words}" profile')
def run_own_in_profile(context: Context, system: str, profile: str) -> None:
    """The system is up in a named set-up of its system.yaml, and no other scenario uses it."""
    context.world.start(profile, own=True)


@given("{system:System} is running with the settings")
def run_with_settings(context: Context, system: str) -> None:
    """The system is up and ready with the settings of the table (setting, value) added to its default profile."""
    context.world.start(environment=deployment.settings_of(context.table))


@when("{system:System} is started with the settings")
def start_with_settings(context: Context, system: str) -> None:
    """The system is started with the settings of the table; whether it comes up is seen afterwards."""
    context.world.part(StartAttempt).result = deployment.try_start(context.world, deployment.settings_of(context.table))


@then("{system:System} starts and is healthy")
def starts_healthy(context: Context, system: str) -> None:
    """It became ready, and its health check says healthy."""
    assert_that(context.world.part(StartAttempt).result, deployment.ready())
    assert_that(health.report(context.world), has_entry("status", context.world.system.healthy), "health check")


@then('{system:System} refuses to start and names "{setting:Words}"')
def refuses_to_start(context: Context, system: str, setting: str) -> None:
    """Its process ended by itself with an error, and said which setting was wrong."""
    start = context.world.part(StartAttempt).result
    assert_that(start.exit_code, all_of(not_none(), greater_than(0)), f"exit code; {start.told()}")
    assert_that(start.log, matches_regexp(rf"\b{re.escape(setting)}\b"), "what it said when it refused to start")


@then('{system:System} refuses to start and names "{setting:Words}" and "{value:Words}"')
def refuses_to_start_for_value(context: Context, system: str, setting: str, value: str) -> None:
    """Its process ended with an error, and said which setting was wrong and the value that it could not use."""
    refuses_to_start(context, system, setting)
    assert_that(
        context.world.part(StartAttempt).result.log,
        matches_regexp(log_lines.by_itself(value)),
        "what it said when it refused to start",
    )


@then('it does not show "{secret:Words}"')
def does_not_show(context: Context, secret: str) -> None:
    """Nothing that it wrote when it refused to start holds this text."""
    wrote = enough(context.world.part(StartAttempt).result.log.strip(), "words that it wrote")
    assert_that(wrote, is_not(contains_string(secret)), "what it said when it refused to start")


@when("{system:System} is stopped")
def stop(context: Context, system: str) -> None:
    """The system is asked to end, and given its grace period."""
    deployment.stop(context.world)


@when("{system:System} is killed and started again")
def kill_and_restart(context: Context, system: str) -> None:
    """Its process is killed without warning and started again on the same data."""
    deployment.kill(context.world)
    deployment.restart(context.world)

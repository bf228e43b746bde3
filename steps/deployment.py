"""Sentences about a system as a whole: having it running, starting it with settings, stopping and killing it."""

import re

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    contains_string,
    equal_to,
    greater_than,
    has_entry,
    is_not,
    matches_regexp,
    not_none,
)

from support import vocabulary
from support.actions import lifecycle
from support.checks import logs
from support.interfaces import contracts
from support.outcomes import NotMet
from support.waiting import consistently, until

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
def run_own(context: Context, system: str) -> None:
    """The system is up and ready, and no other scenario uses it before or after this one."""
    context.world.start(own=True)


@given('a {system:System} of its own is running in its "{profile:Words}" profile')
def run_own_in_profile(context: Context, system: str, profile: str) -> None:
    """The system is up in a named set-up of its system.yaml, and no other scenario uses it."""
    context.world.start(profile, own=True)


@given("{system:System} is running with the settings")
def run_with_settings(context: Context, system: str) -> None:
    """The system is up and ready with the settings of the table (setting, value) added to its default profile."""
    context.world.start(environment=lifecycle.settings_of(context.table))


@given("{system:System} is running on a folder of contracts and a file of policies")
def run_on_files(context: Context, system: str) -> None:
    """The system reads one contract from a folder and its policies from a file, and looks at both every second."""
    lifecycle.start_on_files(context.world, [contracts.contract({"service": "local-chat"})])


@given("{system:System} is running on a folder of contracts that it keeps for {seconds:d} seconds")
@given("{system:System} is running on a folder of contracts that it keeps for {seconds:d} second")
def run_on_folder(context: Context, system: str, seconds: int) -> None:
    """The system reads the contracts of the table from files and may keep each for so long before it looks again."""
    documents = [contracts.contract(row) for row in contracts.rows(context.table)]
    lifecycle.start_on_files(context.world, documents, kept=seconds)


@when("{system:System} is started with the settings")
def start_with_settings(context: Context, system: str) -> None:
    """The system is started with the settings of the table; whether it comes up is seen afterwards."""
    context.world.tried = lifecycle.try_start(context.world, lifecycle.settings_of(context.table))


@then("{system:System} starts and is healthy")
def starts_healthy(context: Context, system: str) -> None:
    """It became ready, and its health check says healthy."""
    assert_that(context.world.tried.ready, equal_to(True), context.world.tried.told())
    assert_that(lifecycle.health(context.world), has_entry("status", "healthy"), "health status")


@then('{system:System} refuses to start and names "{setting:Words}"')
def refuses_to_start(context: Context, system: str, setting: str) -> None:
    """Its process ended by itself with an error, and said which setting was wrong."""
    start = context.world.tried
    assert_that(start.exit_code, all_of(not_none(), greater_than(0)), f"exit code; {start.told()}")
    assert_that(start.log, matches_regexp(rf"\b{re.escape(setting)}\b"), "what it said when it refused to start")


@then('{system:System} refuses to start and names "{setting:Words}" and "{value:Words}"')
def refuses_to_start_for_value(context: Context, system: str, setting: str, value: str) -> None:
    """Its process ended with an error, and said which setting was wrong and the value that it could not use."""
    refuses_to_start(context, system, setting)
    said = logs.by_itself(value, context.world.tried.log)
    assert_that(said, equal_to(True), f"it said the value {value!r}; {context.world.tried.told()}")


@then('it does not show "{secret:Words}"')
def does_not_show(context: Context, secret: str) -> None:
    """Nothing that it wrote when it refused to start holds this text."""
    assert_that(context.world.tried.log, is_not(contains_string(secret)), "what it said when it refused to start")


@when("{system:System} is stopped")
def stop(context: Context, system: str) -> None:
    """The system is asked to end, and given its grace period."""
    lifecycle.stop(context.world)


@when("{system:System} is killed and started again")
def kill_and_restart(context: Context, system: str) -> None:
    """Its process is killed without warning and started again on the same data."""
    lifecycle.kill(context.world)
    lifecycle.restart(context.world)


@when("{system:System} is killed while services are being registered, and started again")
def kill_while_registering(context: Context, system: str) -> None:
    """Services are registered one after the other; after some of them the process is killed, in the middle of it."""
    lifecycle.register_during(context.world, lifecycle.kill)
    lifecycle.restart(context.world)


@when('the contract file of "{service:Words}" is changed to version "{version:Words}"')
def change_contract_file(context: Context, service: str, version: str) -> None:
    """The file of that contract is replaced by one with another version."""
    document = contracts.changed(context.world.contracts[service], "version", f'"{version}"')
    lifecycle.write_contract(lifecycle.files(context.world)["contracts"], document)


@when('the contract file of "{service:Words}" is damaged')
def damage_contract_file(context: Context, service: str) -> None:
    """The file of that contract is replaced by one that is no valid contract."""
    document = contracts.changed(context.world.contracts[service], "capabilities", contracts.MISSING)
    lifecycle.write_contract(lifecycle.files(context.world)["contracts"], document)


@then('within {seconds:d} seconds {system:System} knows version "{version:Words}" of "{service:Words}"')
def comes_to_know(context: Context, seconds: int, system: str, version: str, service: str) -> None:
    """The registry holds that version of the service before the time is over."""
    known = lambda: lifecycle.version_of(context.world, service) == version  # noqa: E731
    until(known, seconds, f"version {version} of {service}", failing=NotMet)


@then('for {seconds:d} seconds {system:System} still knows version "{version:Words}" of "{service:Words}"')
def goes_on_knowing(context: Context, seconds: int, system: str, version: str, service: str) -> None:
    """The registry holds that version of the service all that time."""
    known = lambda: lifecycle.version_of(context.world, service) == version  # noqa: E731
    consistently(known, seconds, f"version {version} of {service}", poll=0.1)

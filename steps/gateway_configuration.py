"""Sentences about a gateway that is configured wrongly, and about what it is said to offer."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import all_of, assert_that, empty, greater_than, not_none

from support.domains.gateway import offered, starting, words
from support.subjects.deployment import StartAttempt

words.register()


@given('the gateway can be configured as its "{profile:Words}" profile says')
def has_profile(context: Context, profile: str) -> None:
    """The definition has this profile, in which the gateway must not start."""
    assert_that(context.world.system.profile(profile), not_none(), "the profile of the definition")


@when('the gateway is started in its "{profile:Words}" profile')
def start(context: Context, profile: str) -> None:
    """The gateway is started so; whether it ends or serves is seen afterwards."""
    starting.try_profile(context.world, profile)


@then('the gateway refuses to start and names "{name:Words}"')
def refuses(context: Context, name: str) -> None:
    """Its process ended by itself with an error, and wrote what is wrong by its name."""
    attempt = context.world.part(StartAttempt).result
    assert_that(attempt.exit_code, all_of(not_none(), greater_than(0)), f"exit code; {attempt}")
    assert_that(attempt.log, starting.naming(name), "what it wrote when it refused to start")


@when("it is tried whether the gateway has {what:Probe}")
def try_it(context: Context, what: str) -> None:
    """A caller does what shows whether the gateway has it."""
    offered.try_capability(context.world, what)


@then("the gateway has it exactly if it is declared to")
def is_as_declared(context: Context) -> None:
    """What was seen agrees with the capabilities in the definition."""
    assert_that(offered.disagreement(context.world), empty(), "how what was seen differs from what is declared")

"""Sentences about faults: of the system's own files, and of the services beside it."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    greater_than,
    has_length,
    less_than_or_equal_to,
)

from support.checks.basis import enough
from support.faults import answer_with, cut_after, delay
from support.subjects import faults
from support.world import vocabulary

vocabulary.register(Damage=faults.FILE_FAULTS)


@given("{damage:Damage}")
@when("{damage:Damage}")
def do_damage(context: Context, damage: str) -> None:
    """Something happens to a file that the system relies on; it is made good again at the end of the scenario."""
    faults.inflict(context.world, damage)


@when("the damage is repaired")
def repair(context: Context) -> None:
    """What was damaged is made good again."""
    faults.repair(context.world)


@given('"{service:Words}" has died')
def has_died(context: Context, service: str) -> None:
    """The process of the service is killed; connections to it are refused."""
    context.world.companions.kill(service)


@when('"{service:Words}" is back')
def is_back(context: Context, service: str) -> None:
    """Whatever was done to the service is healed: it answers again, at the same address."""
    context.world.companions.heal(service)


@given('"{service:Words}" hangs')
def hangs(context: Context, service: str) -> None:
    """The process of the service is frozen: it accepts connections and never answers."""
    context.world.companions.hang(service)


@given('"{service:Words}" is well again')
def is_well_again(context: Context, service: str) -> None:
    """The service answers again at the same address; nobody has told the orchestrator."""
    context.world.companions.heal(service)


@given('"{service:Words}" answers every call with an error')
def answers_with_errors(context: Context, service: str) -> None:
    """Whatever is sent to the service is answered by a server error (500)."""
    context.world.companions.misbehave(service, answer_with(500))


@given('"{service:Words}" takes {seconds:d} seconds to answer')
def takes_its_time(context: Context, service: str, seconds: int) -> None:
    """Whatever is sent to the service is answered, but so much later."""
    context.world.companions.misbehave(service, delay(seconds))


@given('"{service:Words}" takes every call and then breaks the connection')
def takes_and_breaks(context: Context, service: str) -> None:
    """What is sent to the service has its effect there, but not a byte of the answer comes back."""
    context.world.companions.misbehave(service, cut_after(0))


@then('"{service:Words}" has received at most {most:d} calls')
def has_received_few(context: Context, service: str, most: int) -> None:
    """By the count taken at the service's own address, it was called, but no more often than this."""
    received = len(context.world.companions.calls(service))
    context.world.evidence.observation(f"calls to {service}", received, most, "calls", 1)
    assert_that(received, all_of(greater_than(0), less_than_or_equal_to(most)), f"calls to {service}")


@then('"{service:Words}" has received {count:d} calls')
def has_received(context: Context, service: str, count: int) -> None:
    """Somebody asked; by the count at the service's own address so many calls have reached it, without probes."""
    enough(context.world.sent, "requests that could have led to calls")
    assert_that(context.world.companions.calls(service), has_length(count), f"calls to {service}")

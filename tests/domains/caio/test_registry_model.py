"""The registry that forgets nothing takes and refuses what the criteria say."""

import pytest

from support.domains.caio.registry_model import RECENT, Outcomes, Registry


def version(number, name="chat-a"):
    return {"service_id": name, "version": number}


@pytest.fixture
def registry():
    holds = Registry(limit=2)
    assert holds.register(version("1.0.0")) is None
    return holds


def test_a_service_and_version_cannot_be_registered_twice(registry):
    assert registry.register(version("1.0.0")) == "service-exists"
    assert registry.register(version("2.0.0")) == "version-exists"
    assert registry.contracts == {"chat-a": version("1.0.0")}


def test_a_new_version_replaces_the_old_on_request(registry):
    assert registry.replace(version("1.0.0")) == "service-exists"
    assert registry.replace(version("2.0.0")) is None
    assert registry.replace(version("2.0.0", "chat-b")) == "service-not-found"
    assert registry.contracts == {"chat-a": version("2.0.0")}


def test_one_service_more_than_the_limit_is_refused_and_a_replacement_is_not(registry):
    assert registry.register(version("1.0.0", "chat-b")) is None
    assert registry.register(version("1.0.0", "chat-c")) == "registry-full"
    assert registry.replace(version("3.0.0")) is None
    assert registry.register(version("1.0.0")) == "version-exists"


def test_a_removed_service_may_come_back(registry):
    assert registry.remove("chat-a") is None
    assert registry.remove("chat-a") == "service-not-found"
    assert registry.register(version("1.0.0")) is None


def test_the_last_calls_count_on_top_of_what_a_caller_tells():
    outcomes = Outcomes()
    for ok in [False, *[True] * (RECENT - 1), False]:
        outcomes.note("chat-a", ok)

    found = outcomes.with_told({"chat-a": {"failures": 2}, "chat-b": {"successes": 1}})

    assert found == {"chat-a": {"failures": 3, "successes": RECENT - 1}, "chat-b": {"successes": 1}}


def test_what_becomes_of_failures_when_a_service_changes_is_unclear():
    outcomes = Outcomes()
    outcomes.note("chat-a", False)
    outcomes.note("chat-b", True)
    for name in ("chat-a", "chat-b"):
        outcomes.changed(name)

    assert outcomes.unclear == {"chat-a"}
    assert outcomes.with_told({}) == {}

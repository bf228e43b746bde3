"""Plans: what makes no sense is told in plain words before anything is started."""

import math
from pathlib import Path
from typing import Any

import pytest

from support.base.outcomes import UsageError
from support.load.plan import Call, LoadPlan, Stage
from support.load.result import summary
from tests.support.load.loads import plan


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"users": 1, "seconds": 0.0}, r"0 seconds sends nothing that could be judged: give 0.1 or more"),
        ({"seconds": 1.0}, "there are no users and no rate"),
        ({"users": 0, "seconds": 1.0}, "0 users send nothing"),
        ({"users": 1}, "give either seconds or requests"),
        ({"users": 1, "seconds": 1.0, "requests": 5}, "give either seconds or requests"),
        ({"users": 1, "requests": 0}, "0 requests: give one or more"),
        ({"rate": 0.0, "seconds": 1.0}, "a rate of 0 per second sends nothing: give more than 0"),
        ({"users": 1, "seconds": math.nan}, "nan seconds sends nothing that could be judged"),
        ({"users": 1, "seconds": math.inf}, "inf seconds never ends"),
        ({"users": 1, "seconds": 1.0, "timeout": math.inf}, "a time-out of inf seconds"),
        ({"rate": 1e9, "seconds": 1.0}, "can be reached by no machine"),
        ({"rate": 5.0, "users": 1, "seconds": 1.0}, "one of these"),
        ({"rate": 5.0, "seconds": 1.0, "think": (1.0, 2.0)}, "a rate goes neither with thinking"),
        ({"rate": 5.0, "requests": 10}, "a rate goes neither"),
        ({"users": 1, "seconds": 1.0, "user_class": "FastHtpUser"}, r"did you mean 'FastHttpUser'\? \(known: "),
        ({"users": 1, "seconds": 1.0, "user_class": "Robot"}, "there is no user class 'Robot'"),
        ({"users": 1, "seconds": 1.0, "think": (2.0, 1.0)}, "give the shorter time first"),
        ({"users": 1, "seconds": 1.0, "timeout": 0.0}, "a time-out of 0 seconds"),
        ({"users": 1, "seconds": 1.0, "warm_up": -1.0}, "a warm-up of -1 seconds"),
        ({"users": 1, "seconds": 1.0, "most_open": 0}, "give one or more"),
        ({"users": 1, "seconds": 1.0, "calls": ()}, "there is no request to send"),
        ({"users": 1, "seconds": 1.0, "calls": (Call(name="a"), Call(name="a"))}, "names of their own"),
        ({"stages": (Stage(seconds=1.0, users=1), Stage(seconds=1.0, rate=1.0))}, "all of users or all of rates"),
        ({"stages": (Stage(seconds=1.0, users=1),), "seconds": 1.0}, "stages say themselves how long they last"),
        (
            {"users": 2, "requests": 2, "connections": "at once", "user_class": "HttpUser"},
            "opens its connections only when it sends",
        ),
    ],
)
def test_what_makes_no_sense_is_told(given: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        plan(**given)


@pytest.mark.parametrize("url", ["", "caio", "ftp://caio", "http://"])
def test_a_target_that_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="is no address: give one like"):
        plan(url, users=1, seconds=1.0)


def test_a_stage_of_no_time() -> None:
    with pytest.raises(UsageError, match="a stage of 0 seconds"):
        Stage(seconds=0.0, users=1)


def test_a_stage_of_neither_kind() -> None:
    with pytest.raises(UsageError, match="either users or a rate"):
        Stage(seconds=1.0)


def test_a_call_without_weight() -> None:
    with pytest.raises(UsageError, match="hello: a weight of 0"):
        Call(name="hello", weight=0)


@pytest.mark.parametrize(("written", "means"), [('""', ()), ('"hello"', ("hello",)), ('["a", "b"]', ("a", "b"))])
def test_what_an_answer_must_contain_is_read_from_earlier_results_too(written: str, means: tuple[str, ...]) -> None:
    assert Call.model_validate_json(f'{{"name": "hello", "contains": {written}}}').contains == means


def test_scaling_leaves_rates_and_time_outs() -> None:
    assert plan(users=10, seconds=5.0).scaled(0.5).model_dump() == plan(users=5, seconds=2.5).model_dump()
    longer = plan(stages=(Stage(seconds=2.0, rate=50.0),), timeout=3.0).scaled(10)
    assert (longer.timed[0].seconds, longer.timed[0].rate, longer.timeout) == (20, 50, 3)
    assert plan(users=1, requests=10).scaled(0.1).users == 1


def test_a_plan_survives_the_way_to_another_process() -> None:
    call = Call(
        name="a", method="POST", body=bytes(range(256)), headers={"Authorization": "Bearer x"}, expects=(200, 204)
    )
    sent = plan(users=2, requests=10, calls=(call,), authority=Path("/etc/authority.pem"))
    assert LoadPlan.model_validate_json(sent.model_dump_json()) == sent


def test_what_is_kept_of_a_plan_holds_no_secrets() -> None:
    call = Call(name="a", body=b"secret", headers={"Authorization": "Bearer secret"})
    kept = summary(plan(users=1, seconds=1.0, calls=(call,)))
    assert "secret" not in kept.model_dump_json()
    assert LoadPlan.model_validate_json(kept.model_dump_json()) == kept

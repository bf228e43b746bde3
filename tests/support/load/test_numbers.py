"""No request of a load is the same as another: in two workers, in the next load, by either client."""

from collections.abc import Callable
from itertools import islice

import pytest

from support.load import numbers
from support.load.numbers import MARK
from support.load.plan import Call
from support.load.result import LoadResult
from support.load.runner import Workers, run
from tests.support.load.conftest import Target
from tests.support.load.loads import RUN_ID, plan


def call(path: str = "/seen", **given: object) -> Call:
    """What tells a target that it was asked, and must answer with what was asked and no other."""
    body = f'{{"number": "{MARK}"}}'.encode()
    return Call.model_validate({"name": "seen", "method": "POST", "path": path, "body": body, **given})


def seen(target: Target) -> int:
    """How many requests the target can tell apart; the one that asks has no number."""
    counted = run(plan(target.url, users=1, requests=1, calls=(call(body=b"", contains=("no such text",)),)))
    return int(counted.total.said["wrong body"].split()[1]) - 1


def load(target: Target, workers: int = 1, **given: object) -> LoadResult:
    calls = (call(contains=("/seen", MARK)),)
    result = run(plan(target.url, **{"calls": calls, **given}), workers=Workers(local=workers), run_id=RUN_ID)
    assert result.total.failures == {}, result.total.said
    return result


@pytest.mark.parametrize("user_class", ["FastHttpUser", "HttpUser"])
def test_a_server_sees_as_many_requests_as_were_sent(target: Target, user_class: str) -> None:
    """Two workers, and two loads one after the other."""
    sent = [load(target, 2, users=4, requests=300, user_class=user_class).samples for _ in range(2)]
    assert sent == [300, 300]
    assert seen(target) == 600


def test_arrivals_and_warm_up(target: Target) -> None:
    result = load(target, 2, rate=200.0, seconds=1.0, warm_up=0.5)
    assert result.left_out == 100
    assert seen(target) == result.samples + result.left_out == 300


@pytest.mark.parametrize("user_class", ["FastHttpUser", "HttpUser"])
def test_the_path_may_vary_too(target: Target, user_class: str) -> None:
    calls = (call(f"/seen/{MARK}", method="GET", body=None, contains=(f"/seen/{MARK} ",)),)
    assert load(target, users=2, requests=50, calls=calls, user_class=user_class).samples == seen(target) == 50


def test_without_a_mark_requests_are_the_same(target: Target) -> None:
    load(target, users=2, requests=50, calls=(call(body=b"the same"),))
    assert seen(target) == 1


def test_the_answer_to_another_request_is_wrong(start: Callable[..., Target]) -> None:
    """Here the target answers all with the path that they have in common, and never with their body."""
    calls = (call("/", contains=("hello", MARK)),)
    result = run(plan(start().url, users=2, requests=20, calls=calls), run_id=RUN_ID)
    assert result.total.failures == {"wrong body": 20}


def test_numbers_are_as_long_as_what_stands_for_them() -> None:
    first = numbers.first()
    written = [list(islice(numbers.of_worker(first, index, 3), 5)) for index in range(3)]
    assert {len(number) for worker in written for number in worker} == {len(MARK)}
    assert sorted(int(number) for worker in written for number in worker) == list(range(first, first + 15))
    assert first + 15 < 2**53


def test_a_number_is_put_in_the_place_of_every_mark() -> None:
    text = f"{MARK}, {MARK}".encode()
    assert numbers.put(text, b"1234567890123456") == b"1234567890123456, 1234567890123456"
    assert b"1234567890123456".join(numbers.parts(text)) == numbers.put(text, b"1234567890123456")

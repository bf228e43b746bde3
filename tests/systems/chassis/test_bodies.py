"""Bodies under limits: what is refused, with which words, and that no body keeps the process busy."""

from __future__ import annotations

import json

import pytest
from chassis import bodies
from chassis.bodies import Limits
from chassis.problems import Problem
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

LIMITS = Limits(size=1_000_000, depth=3, string=5, items=3)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(item) for item in value), default=0)
    return 0


def refusal(body: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Problem) as refused:
        bodies.parse_json(body, limits)
    assert refused.value.status == 422
    return refused.value.detail


@settings(max_examples=60, deadline=None)
@given(VALUES, st.integers(1, 6))
def test_nesting_is_counted_as_a_parser_would(value: object, limit: int) -> None:
    body = json.dumps(value).encode()
    limits = Limits(depth=limit)
    if depth_of(value) > limit:
        assert "nested deeper" in refusal(body, limits)
    else:
        assert bodies.parse_json(body, limits) == value


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a": ["123456"]}', "a[0]: expected at most 5 characters, got 6"),
        (b'{"a": {"b": [1, 2, 3, 4]}}', "a.b: expected at most 3 items, got 4"),
        (b'{"1234567": 1}', "1234567: expected at most 5 characters, got 7"),
        (b'{"a": 1, "b": 2, "c": 3, "d": 4}', "expected at most 3 items, got 4"),
        (b"{'a': 1}", "the body is not JSON"),
        (b'{"a": Infinity}', "the body is not JSON"),
        (b'"\xff"', "the body is not JSON"),
    ],
)
def test_what_is_over_a_limit_is_named(body: bytes, words: str) -> None:
    assert words in refusal(body)


@pytest.mark.parametrize(
    "body", [b"[" * 500_000, b'{"a":' * 150_000, b"[[[[" + b'"' + b'\\"' * 300_000, b'"[[[[' + b"\\"]
)
def test_a_hostile_body_is_refused_without_long_work(body: bytes) -> None:
    assert refusal(body)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    names: list[str]


@pytest.mark.parametrize(
    ("value", "field"), [({}, "names"), ({"names": ["a", 1]}, "names[1]"), ({"names": [], "x": 1}, "x"), ([], "")]
)
def test_a_wrong_shape_is_refused_with_the_path_of_its_field(value: object, field: str) -> None:
    with pytest.raises(Problem) as refused:
        bodies.validate(Shape, value)
    assert refused.value.errors[0]["field"] == field

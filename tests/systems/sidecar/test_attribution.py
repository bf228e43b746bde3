"""The attribution and the graph that is made of it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from sidecar.attribution import shapley
from sidecar.attribution.explain import MOST_UNITS, explain
from sidecar.attribution.units import sentences
from sidecar.attribution.vectors import Vectors
from sidecar.hif import check, graph
from sidecar.hif.check import NotHif
from sidecar.pii.chats import Passage

PROMPT = [
    Passage("system", "You are a helpful bank clerk."),
    Passage("user", "My card was stolen. How do I block the card? What is the interest rate of a savings account?"),
]
ANSWER = [Passage("assistant", "You can block your card in the app. Savings accounts earn two percent interest.")]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return Vectors()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   \n", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Who met e.g. Mrs. Smith. They left.", ["Dr. Who met e.g. Mrs. Smith.", "They left."]),
        ('He said "no." Then he left', ['He said "no."', "Then he left"]),
        ("It costs 3.50 today.", ["It costs 3.50 today."]),
        ("一。二。", ["一。", "二。"]),
        ("a\n\nb", ["a", "b"]),
        ("😀😀", ["😀😀"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_values_add_up_to_the_likeness_of_the_whole_prompt() -> None:
    random = np.random.default_rng(7)
    parts, units = random.normal(size=(6, 16)).astype(np.float32), random.normal(size=(4, 16)).astype(np.float32)
    values = shapley.shapley(parts, units, 32)
    whole = shapley.unit_length(parts.sum(axis=0, keepdims=True)) @ shapley.unit_length(units).T
    assert np.allclose(values.sum(axis=0), whole[0], atol=1e-4)


def test_a_part_that_is_the_unit_has_the_largest_share() -> None:
    parts = np.eye(4, dtype=np.float32)
    shares = shapley.shares(shapley.shapley(parts, parts, 64))
    assert (shares.argmax(axis=0) == np.arange(4)).all()
    assert np.allclose(shares.sum(axis=0), 1)


def test_the_right_sentence_is_named(vectors: Vectors) -> None:
    found = explain(vectors, PROMPT, ANSWER, "sentence")
    named = [found.parts[int(found.shares[:, unit].argmax())].text for unit in range(len(found.units))]
    assert named == ["How do I block the card?", "What is the interest rate of a savings account?"]


def test_the_same_chat_has_the_same_explanation(vectors: Vectors) -> None:
    first, second = (explain(vectors, PROMPT, ANSWER, "token") for _ in range(2))
    assert first.units == second.units
    assert np.array_equal(first.shares, second.shares)


@pytest.mark.parametrize("level", ["sentence", "token"])
@pytest.mark.parametrize("answer", ["", "😀😀 🎉", "One. " * 2_000, "word " * 3_000, "\x00\x01"])
def test_every_answer_has_a_valid_graph(vectors: Vectors, answer: str, level: str) -> None:
    passages = [Passage("assistant", answer.strip())] if answer.strip() else []
    found = explain(vectors, PROMPT, passages, level)
    made = graph.delivered(found, "0" * 32, level, "2026-01-01T00:00:00.000Z")
    check.check(made)
    assert len(found.units) <= MOST_UNITS
    assert made["meta"]["truncated"] == (level == "token" and len(answer) > 9_000)


def test_a_prompt_without_text_explains_nothing(vectors: Vectors) -> None:
    found = explain(vectors, [], ANSWER, "sentence")
    made = graph.delivered(found, "0" * 32, "sentence", "now")
    check.check(made)
    assert all(incidence["direction"] == "head" for incidence in made["graph"]["incidences"])


def delivered(vectors: Vectors) -> dict[str, Any]:
    return graph.delivered(explain(vectors, PROMPT, ANSWER, "sentence"), "0" * 32, "sentence", "now")


def test_each_unit_has_one_head_and_tails_with_shares(vectors: Vectors) -> None:
    made = delivered(vectors)["graph"]
    for edge in (each["edge"] for each in made["edges"]):
        of_edge = [each for each in made["incidences"] if each["edge"] == edge]
        assert [each["node"][0] for each in of_edge if each["direction"] == "head"] == ["a"]
        assert 0 < sum(each["weight"] for each in of_edge if each["direction"] == "tail") <= 1.001


BROKEN = {
    "an incidence with a node that is not there": lambda made: made["graph"]["incidences"][0].update(node="p99"),
    "an incidence with an edge that is not there": lambda made: made["graph"]["incidences"][0].update(edge="e99"),
    "the same node twice": lambda made: made["graph"]["nodes"].append(made["graph"]["nodes"][0]),
    "the same incidence twice": lambda made: made["graph"]["incidences"].append(made["graph"]["incidences"][0]),
    "a field that the standard does not know": lambda made: made["graph"].update(meta={}),
    "no incidences": lambda made: made["graph"].pop("incidences"),
    "a direction of its own": lambda made: made["graph"]["incidences"][0].update(direction="up"),
    "a weight in words": lambda made: made["graph"]["incidences"][0].update(weight="much"),
    "another version": lambda made: made["meta"].update(version="hif-2"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_graph_that_no_reader_should_be_given_is_refused(vectors: Vectors, how: str) -> None:
    made = copy.deepcopy(delivered(vectors))
    BROKEN[how](made)
    with pytest.raises(NotHif):
        check.check(made)

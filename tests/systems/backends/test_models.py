"""The models behind the AI services: deterministic, and doing what their names say."""

from __future__ import annotations

import math

import pytest
from backends import chatter, embedder, summariser
from hypothesis import given
from hypothesis import strategies as st

HELLO = [(13, 0.447214), (25, -0.447214), (26, 0.447214), (31, 0.447214), (37, -0.447214)]

TEXT = (
    "The harbour was quiet. Boats carry fish to the harbour market. Fish from the market feeds the town. "
    "A dog slept. The market opens at dawn."
)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_summary_is_made_of_the_texts_own_sentences_in_their_order(count: int) -> None:
    summary = summariser.summarise(TEXT, count)
    chosen = summariser.sentences_of(summary)
    assert len(chosen) == count
    places = [summariser.sentences_of(TEXT).index(sentence) for sentence in chosen]
    assert places == sorted(places)
    assert "A dog slept." not in chosen


@given(st.text(), st.integers(1, 5))
def test_a_summary_never_has_more_sentences_than_asked_for(text: str, count: int) -> None:
    assert len(summariser.sentences_of(summariser.summarise(text, count))) <= count


def closeness(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(embedder.embed(one), embedder.embed(other), strict=True))


def test_similar_texts_lie_closer_than_different_ones() -> None:
    assert closeness("a red apple", "red apples") > closeness("a red apple", "quarterly tax report")


@given(st.text(min_size=1).filter(str.strip))
def test_an_embedding_has_length_one_or_cancels_out(text: str) -> None:
    length = math.sqrt(sum(value * value for value in embedder.embed(text)))
    assert length == 0 or math.isclose(length, 1, abs_tol=1e-4)


def test_embeddings_are_the_same_on_every_machine() -> None:
    vector = embedder.embed("hello")
    assert [(place, value) for place, value in enumerate(vector) if value] == HELLO


def test_replies_follow_the_message() -> None:
    assert chatter.reply("Hello!") == "Hello. What would you like to know?"
    assert chatter.reply("What does the harbour market sell?") == ("You ask about what, does, harbour, market, sell.")
    assert chatter.reply("Boats carry fish.").startswith("You say something about boats, carry, fish")

"""Sequences of actions are judged after each step, shrunk, tidied up after, and follow their seed."""

from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from support.model import Budget, Difference, Sequence, Step, explore_sequences


class Counter(Sequence):
    """A counter that is lost at the third addition after a restart."""

    told: ClassVar[list[str]] = []
    ended = 0
    broken = True

    def __init__(self):
        super().__init__()
        self.expected = self.value = 0
        self.restarted = False

    @rule(more=st.sampled_from([1, 2, 3]))
    def add(self, more):
        self.recording.note(lambda: Step(f"adds {more}"))
        Counter.told.append(f"adds {more}")
        self.expected += more
        self.value = self.value + more if not (self.broken and self.restarted and self.expected > 4) else 0

    @rule()
    def restart(self):
        self.recording.note(lambda: Step("restarts"))
        Counter.told.append("restarts")
        self.restarted = True

    @invariant()
    def agrees(self):
        if self.value != self.expected:
            raise Difference(str(self.expected), str(self.value))

    def tidy_up(self):
        Counter.ended += 1


class Sound(Counter):
    broken = False


@pytest.fixture(autouse=True)
def _anew():
    Counter.told, Counter.ended = [], 0


def test_the_smallest_sequence_is_told():
    story = explore_sequences(Counter, Budget(50, 7, 10)).story

    assert len(story.steps) <= 5
    assert "restarts" in [step.says for step in story.steps]
    assert story.seen == "0"


def test_where_nothing_differs_all_sequences_count():
    explored = explore_sequences(Sound, Budget(30, 7, 10))

    assert (explored.story, explored.cases) == (None, 30)


def test_each_sequence_is_tidied_up_after():
    explore_sequences(Sound, Budget(30, 7, 10))

    assert Counter.ended >= 30


def test_the_same_seed_does_the_same():
    explore_sequences(Sound, Budget(20, 7, 10))
    first, Counter.told = Counter.told, []
    explore_sequences(Sound, Budget(20, 7, 10))

    assert Counter.told == first


def test_an_error_of_ours_is_passed_on():
    class Mistaken(Sound):
        @rule()
        def mistake(self):
            raise KeyError("ours")

    with pytest.raises(KeyError):
        explore_sequences(Mistaken, Budget(20, 7, 10))

"""What befalls containers has a word in Gherkin, and who asked meanwhile is judged by all that they were told."""

from __future__ import annotations

import pytest

from support import vocabulary
from support.actions import mishaps
from support.interfaces.answer import Answer, Refusal
from support.outcomes import NothingToJudge

SERVED = Answer({"service_id": "chat"}, duration=0.2)
CUT_OFF = Answer(refusal=Refusal("no-answer", "connection reset by peer"), duration=1.5)
SILENT = Answer(refusal=Refusal("no-answer", ""), duration=0.1)


@pytest.mark.parametrize("mishap", mishaps.MISHAPS)
def test_each_mishap_is_a_word_that_sentences_know(mishap: str) -> None:
    parsed = vocabulary.TYPES["Mishap"]
    assert parsed(mishap) == mishap
    assert mishap in vocabulary.WORDS["Mishap"]


def test_the_longest_wait_counts_whatever_came_of_it() -> None:
    assert mishaps.slowest([SERVED, CUT_OFF, SILENT]) == 1.5
    with pytest.raises(NothingToJudge, match="there are no answers"):
        mishaps.slowest([])


def test_an_answer_is_clear_if_it_is_a_result_or_says_what_went_wrong() -> None:
    assert mishaps.unclear([SERVED, CUT_OFF]) == []
    assert len(mishaps.unclear([SERVED, SILENT])) == 1

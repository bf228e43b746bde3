"""Faults of containers have a word in Gherkin, and who asked meanwhile is judged by all that they were told."""

from __future__ import annotations

import pytest
from behave.matchers import make_step_matcher

from support.base.outcomes import NothingToJudge
from support.domains.caio import container_services
from support.domains.caio.answer import Answer, Refusal
from support.subjects import container_faults
from support.world import vocabulary

SERVED = Answer({"service_id": "chat"}, duration=0.2)
CUT_OFF = Answer(refusal=Refusal("no-answer", "connection reset by peer"), duration=1.5)
SILENT = Answer(refusal=Refusal("no-answer", ""), duration=0.1)


@pytest.mark.parametrize("fault", container_faults.CONTAINER_FAULTS)
def test_each_fault_is_a_word_that_sentences_know(fault: str) -> None:
    vocabulary.register(ContainerFault=container_faults.CONTAINER_FAULTS)
    step = make_step_matcher(lambda context, fault: None, "it {fault:ContainerFault}", "given")
    assert step.match(f"it {fault}").arguments[0].value == fault
    assert fault in vocabulary.WORDS["ContainerFault"]


def test_the_longest_wait_counts_whatever_came_of_it() -> None:
    assert container_services.slowest([SERVED, CUT_OFF, SILENT]) == 1.5
    with pytest.raises(NothingToJudge, match="there are no answers"):
        container_services.slowest([])


def test_an_answer_is_clear_if_it_is_a_result_or_says_what_went_wrong() -> None:
    assert container_services.unclear([SERVED, CUT_OFF]) == []
    assert len(container_services.unclear([SERVED, SILENT])) == 1

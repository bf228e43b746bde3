"""What decides about a refusal, and what is said where it is another than was expected."""

from __future__ import annotations

import pytest
from hamcrest import assert_that

from support.base.entries import DeclaredRefusal
from support.domains.caio.answer import Answer, Candidate, Refusal
from support.domains.caio.matchers import refused_as, refusing

KIND = "no-matching-services"
PLAIN, WORDED = DeclaredRefusal(status=409), DeclaredRefusal(status=409, says="no matching services")


def answer(kind: str = KIND, detail: str = "nobody offers that", status: int | None = 409) -> Answer:
    return Answer(refusal=Refusal(kind, detail), status=status)


def message(given: Answer, declared: DeclaredRefusal) -> str:
    with pytest.raises(AssertionError) as failed:
        assert_that(given, refused_as(KIND, declared))
    return str(failed.value)


@pytest.mark.parametrize("detail", ["nobody offers that", "", "kein Dienst passt", "No matching services at all"])
def test_where_no_words_are_declared_kind_and_status_decide(detail: str) -> None:
    assert_that(answer(detail=detail), refused_as(KIND, PLAIN))


def test_declared_words_decide_too() -> None:
    assert_that(answer(detail="NO MATCHING services: none offers it"), refused_as(KIND, WORDED))
    assert "a text that contains 'no matching services'" in message(answer(), WORDED)


def test_over_the_python_api_there_is_no_status_to_decide() -> None:
    assert_that(answer(status=None), refused_as(KIND, PLAIN))
    assert "no status (it came over the Python API)" in message(answer("unexplained", status=None), PLAIN)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (answer(status=404), "kind 'no-matching-services' with the status 404 and the text '"),
        (answer("not-found"), "kind 'not-found' with the status 409 and the text 'not-found: nobody offers that'"),
        (Answer({"service_id": "a"}, status=200), "it was accepted, with the status 200: {'service_id': 'a'}"),
    ],
)
def test_what_was_expected_and_what_was_seen_is_said_with_kind_status_and_text(given: Answer, seen: str) -> None:
    said = message(given, PLAIN)
    assert "Expected: a refusal of the kind 'no-matching-services' with the status 409 and any text" in said
    assert seen in said
    assert "the whole exchange is attached" in said


def test_a_candidate_is_refused_for_a_reason_by_the_words_that_are_declared() -> None:
    refused = Candidate("cloud", "refused", "constraints", "braucht das Internet")
    given = Answer(refusal=Refusal(KIND, "", candidates=(refused,)), status=409)
    assert_that(given, refusing("cloud", "it needs the internet", "Internet"))
    with pytest.raises(AssertionError, match="in words that match 'requires_internet'"):
        assert_that(given, refusing("cloud", "it needs the internet", "requires_internet"))

"""Verdicts and figures are told in an owner's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.acceptance import words
from support.acceptance.verdict import judge
from tests.support.acceptance import runs


@pytest.mark.parametrize(
    ("kind", "means", "next_step"),
    [
        ("accepted", "All 9 criteria were tried and seen kept.", "can be signed off"),
        ("reservations", "7 of 9 criteria. 2 criteria were not verified", "sign off only if"),
        ("rejected", "The product was seen breaking 2 of 9 criteria.", "Do not sign off. Hand"),
        ("undecided", "The check itself failed for 3 criteria of 9", "Do not sign off on this run"),
        ("partial", "3 of 9 criteria. 6 criteria were not verified", "Run the whole acceptance before signing off"),
    ],
)
def test_a_verdict_says_what_it_means_and_what_to_do(kind: str, means: str, next_step: str) -> None:
    verdict = runs.KINDS[kind]().verdict
    assert means in words.means(verdict)
    assert next_step in words.next_step(verdict)


def test_a_partial_run_is_never_an_invitation_to_sign() -> None:
    run = runs.accepted()
    run.partial = True
    assert "Run the whole acceptance" in words.next_step(run.verdict)


def test_an_undecided_run_with_nothing_broken_says_so() -> None:
    assert "listed below" in words.means(judge(runs.criteria(), [], []))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, None, "–"),
        (None, "ms", "–"),
        (10_000, None, "10,000"),
        (12.3841, "ms", "12.38 ms"),
        (99.97, "%", "99.97 %"),
        (12345.6, "requests/s", "12,346 requests/s"),
        (0.0, "ms", "0 ms"),
        (True, None, "yes"),
        (False, None, "no"),
        ("refused", None, "refused"),
    ],
)
def test_figures(value: float | str | None, unit: str | None, text: str) -> None:
    assert words.figure(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (48.4, "48 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (3725, "1 h 02 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == text


def test_no_duration_is_negative() -> None:
    assert words.duration(timedelta(seconds=-3600)) == "unknown, as the clock was set back"


def test_a_run_without_an_end_has_not_finished() -> None:
    assert words.duration(None) == "not finished"


def test_moments_tell_their_offset() -> None:
    assert words.moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2 January 2026, 03:04 (UTC)"
    east = timezone(timedelta(hours=2), "EET")
    assert words.moment(datetime(2026, 12, 31, 23, 59, tzinfo=east)) == "31 December 2026, 23:59 (EET)"


@given(st.text(), st.integers(1, 5), st.integers(1, 50))
def test_an_excerpt_stays_within_its_size_and_marks_what_it_left_out(text: str, lines: int, characters: int) -> None:
    cut = words.excerpt(text, lines, characters)
    assert len(cut) <= characters + 2
    assert len(cut.splitlines()) <= lines
    if len("".join(text.split())) > len("".join(cut.split())):
        assert cut.endswith("…")


@pytest.mark.parametrize(
    ("name", "numbered", "bare"),
    [
        ("A plain case", "A plain case", "A plain case"),
        ("A port of 0 -- @1.2 ", "A port of 0 (row 2)", "A port of 0"),
        ("A port of 0 -- @2.1 ", "A port of 0 (table 2, row 1)", "A port of 0"),
        ("A port of 0 -- @2.1 Too low", "A port of 0 (Too low, row 1)", "A port of 0"),
        ("A name -- with a dash", "A name -- with a dash", "A name -- with a dash"),
    ],
)
def test_rows_of_an_outline_are_named_as_their_author_wrote_them(name: str, numbered: str, bare: str) -> None:
    assert (words.scenario(name), words.scenario(name, numbered=False)) == (numbered, bare)


@pytest.mark.parametrize(("name", "heading"), [("routing flow", "Routing flow"), ("cors", "CORS"), ("slo", "SLO")])
def test_areas_are_headed_as_people_write_them(name: str, heading: str) -> None:
    assert words.area(name) == heading

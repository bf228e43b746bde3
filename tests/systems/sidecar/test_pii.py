"""What is taken for personal data, and what only looks like it."""

from __future__ import annotations

import time

import orjson
import pytest
from sidecar import pii
from sidecar.pii import chats
from sidecar.pii.chats import Passage

PERSONAL = [
    ("Write to ada.lovelace@example.com, please.", "Write to [email], please."),
    ("mailto:Ada@Example.org; müller@bücher.de", "mailto:[email]; [email]"),
    ("https://x.example/?mail=ada%40example.com&x=1", "https://x.example/?mail=[email]&x=1"),
    ("Call +49 151 23456789 or (212) 555-0187.", "Call [phone] or [phone]."),
    ("His number is 0151 23456789.", "His number is [phone]."),
    ("card 4111 1111 1111 1111 thanks", "card [card] thanks"),
    ("5500005555555559", "[card]"),
    ("my SSN is 536-90-4399.", "my SSN is [id]."),
    ("DNI 12345678Z", "DNI [id]"),
    ("nhs number 943 476 5919", "nhs number [id]"),
    ("Aadhaar 2341 2341 2346", "Aadhaar [id]"),
    ("my IBAN DE89 3704 0044 0532 0130 00", "my IBAN [id]"),
    ("from 203.0.113.7 yes", "from [ip] yes"),
    ("2001:db8::1.", "[ip]."),
    ('{"to":"ada@example.com","phone":"+1-202-555-0143"}', '{"to":"[email]","phone":"[phone]"}'),
]

HARMLESS = [
    "Order number 4006229177 is late",
    "order 2024-12345678",
    "order ORD-2024-000123 placed",
    "version 10.2.3.4",
    "v1.2.3.4",
    "http://10.0.0.5:8080/health",
    "http://[2001:db8::1]/x",
    "git@github.com:foo/bar",
    "2026-01-02 10:11:12",
    "at 12:30:45 today",
    "ISBN 978-3-16-148410-0",
    "3.14159265358979",
    "UUID 123e4567-e89b-12d3-a456-426614174000",
    "0f8fad5bd9cb469fa16570867728950e",
    "std::vector::size and ::1",
]


@pytest.mark.parametrize(("text", "scrubbed"), PERSONAL)
def test_personal_data_is_replaced_by_its_kind(text: str, scrubbed: str) -> None:
    assert pii.scrub(text) == scrubbed


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_personal_stays(text: str) -> None:
    assert pii.scrub(text) == text


@pytest.mark.parametrize("text", [text for text, _ in PERSONAL])
def test_scrubbing_again_changes_nothing(text: str) -> None:
    assert pii.scrub(pii.scrub(text)) == pii.scrub(text)


@pytest.mark.parametrize("piece", ["1 ", "a", "a@", ":", "1.1.", "SSN 1a ", "+1 "])
def test_no_text_takes_long(piece: str) -> None:
    begun = time.process_time()
    pii.scrub(piece * (50_000 // len(piece)))
    assert time.process_time() - begun < 5


def test_every_text_of_a_request_is_scrubbed() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "I am ada@example.com"}, {"type": "image_url"}]},
        {"role": "assistant", "tool_calls": [{"function": {"name": "send", "arguments": '{"to":"+49 151 23456789"}'}}]},
        {"role": "<b>", "content": "203.0.113.7"},
    ]
    assert chats.prompt_of(orjson.dumps({"messages": messages})) == [
        Passage("system", "Be brief."),
        Passage("user", "I am [email]"),
        Passage("assistant", 'send {"to":"[phone]"}'),
        Passage("user", "[ip]"),
    ]


def test_personal_data_that_is_split_over_chunks_is_found() -> None:
    pieces = ["Write to ada@", "exam", "ple.com."]
    events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    stream = b"".join(b"data: " + orjson.dumps(event) + b"\n\n" for event in events) + b"data: [DONE]\n\n"
    assert chats.answer_of(stream, streamed=True) == [Passage("assistant", "Write to [email].")]


def test_tool_calls_that_are_split_over_chunks_are_put_together() -> None:
    parts = [{"name": "mail", "arguments": '{"to":"ada@'}, {"arguments": 'example.com"}'}]
    events = [{"choices": [{"delta": {"tool_calls": [{"index": 0, "function": part}]}}]} for part in parts]
    stream = b"".join(b"data:" + orjson.dumps(event) + b"\r\n\r\n" for event in events)
    assert chats.answer_of(stream, streamed=True) == [Passage("assistant", 'mail {"to":"[email]"}')]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"choices": [1]}', b'{"choices": [{"message": {"content": 1}}]}'])
def test_an_answer_without_text_has_no_passages(body: bytes) -> None:
    assert chats.answer_of(body, streamed=False) == []
    assert chats.answer_of(body, streamed=True) == []

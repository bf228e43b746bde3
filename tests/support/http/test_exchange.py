"""An exchange tells itself readably, and says where it was cut."""

from __future__ import annotations

from requests.structures import CaseInsensitiveDict

from support.http import Exchange
from support.http.exchange import SHOWN


def exchange(body: bytes, request_body: bytes = b"") -> Exchange:
    return Exchange(
        method="POST",
        url="http://host/route",
        request_headers=(("Accept", "*/*"), ("Accept", "text/plain")),
        request_body=request_body,
        status=200,
        headers=CaseInsensitiveDict({"Content-Type": "application/json"}),
        body=body,
        duration=0.0123,
    )


def test_it_shows_request_answer_headers_and_pretty_json() -> None:
    assert exchange(b'{"a":{"b":"\xc3\xa9"}}', b'{"ask":1}').describe() == "\n".join(
        [
            "POST http://host/route",
            "Accept: */*",
            "Accept: text/plain",
            "",
            "{",
            '  "ask": 1',
            "}",
            "",
            "200 after 12.3 ms",
            "Content-Type: application/json",
            "",
            "{",
            '  "a": {',
            '    "b": "é"',
            "  }",
            "}",
        ]
    )


def test_a_long_body_is_cut_and_says_so() -> None:
    said = exchange(b"x" * (SHOWN + 10)).describe()
    assert said.endswith(f"… cut here: {SHOWN} of {SHOWN + 10} bytes are shown")
    assert said.count("x") < SHOWN + 10


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    assert "cut here" not in exchange(b"x" * SHOWN).describe()


def test_bytes_that_are_no_text_do_not_break_it() -> None:
    assert r"\xff\xfe" in exchange(b"\xff\xfe").describe()


def test_its_short_form_is_one_line() -> None:
    assert str(exchange(b"")) == "POST http://host/route → 200"

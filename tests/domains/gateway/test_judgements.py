"""Judgements of gateways on made-up answers and calls: what is right passes, and each kind of wrong is seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from support.domains.gateway import errors, keys, requests, routing, stream_judgements
from support.domains.gateway.events import DONE, StreamEvent
from support.domains.gateway.questions import Question
from support.domains.gateway.starting import naming
from support.domains.gateway.streams import Ending, Stream
from support.http import Exchange

PROMPT = Question("gpt-plain", number="1760000000000000")


def chunk(text: str = "", finish: str | None = None, **more: Any) -> str:
    """A chunk of a stream."""
    return json.dumps({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}], **more})


WHOLE = [chunk("a:"), chunk(" one"), chunk(" two"), chunk(finish="stop"), DONE]


def stream(data: Sequence[str], ending: Ending = Ending.WHOLE, status: int = 200, unfinished: str = "") -> Stream:
    """A stream as its caller saw it, one event each second."""
    made = Stream("http://gateway", (), b"{}", 0.0, status, CaseInsensitiveDict({"Content-Type": "text/event-stream"}))
    made.events = [StreamEvent(text, float(number)) for number, text in enumerate(data)]
    made.ending, made.unfinished = ending, unfinished
    return made


def answer(status: int, body: Any, **headers: str) -> Exchange:
    """An answer in one piece."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CaseInsensitiveDict({"Content-Type": "application/json", **headers})
    return Exchange("POST", "http://gateway/v1", (), b"", status, named, content)


def test_a_whole_stream_has_nothing_wrong() -> None:
    assert stream_judgements.wrong_in_whole(stream(WHOLE), "a: one two") == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (WHOLE[:-1], "[DONE] came 0 times"),
        ([*WHOLE, DONE], "[DONE] came 2 times"),
        ([*WHOLE, chunk(" more")], "after [DONE]"),
        ([WHOLE[0], WHOLE[0], *WHOLE[1:]], "the text is"),
        ([WHOLE[1], WHOLE[0], *WHOLE[2:]], "the text is"),
        ([*WHOLE[:3], DONE], "was told 0 times"),
        ([*WHOLE[:3], "{half", *WHOLE[3:]], "nobody can read"),
        ([*WHOLE[:3], '{"error": {"message": "oh"}}', *WHOLE[3:]], "an error came: oh"),
    ],
)
def test_what_is_wrong_in_a_stream_is_told(data: list[str], expected: str) -> None:
    assert expected in "\n".join(stream_judgements.wrong_in_whole(stream(data), "a: one two"))


@pytest.mark.parametrize(
    ("seen", "tells"),
    [
        (stream(WHOLE[:3], Ending.CUT), True),
        (stream(WHOLE[:3]), False),
        (stream(WHOLE), False),
        (stream([*WHOLE[:3], DONE]), False),
        (stream([*WHOLE[:3], '{"error": {"message": "oh"}}', DONE]), True),
        (stream([*WHOLE[:3], "{half"]), True),
        (stream(WHOLE[:3], unfinished="data: {"), True),
        (stream([], status=502), True),
    ],
)
def test_whether_a_break_is_told(seen: Stream, tells: bool) -> None:
    assert stream_judgements.tells_of_break(seen) is tells


def test_what_claims_to_be_complete() -> None:
    assert stream_judgements.claims_completion(stream([*WHOLE[:3], chunk(finish="stop"), DONE])) == [
        "finish_reason 'stop'",
        "[DONE]",
    ]
    assert stream_judgements.claims_completion(stream(WHOLE[:3])) == []
    assert stream_judgements.claims_completion(stream(WHOLE, Ending.CUT)) == []


def test_more_than_was_sent_and_mixed_answers_are_seen() -> None:
    sent = stream(WHOLE[:3]).events
    assert stream_judgements.more_than_sent(stream(WHOLE[:2]), sent) == []
    assert stream_judgements.more_than_sent(stream([*WHOLE[:3], chunk(" three")]), sent)
    assert stream_judgements.mixed(stream(WHOLE[:2]), ["a: one two", "b: one two"]) == []
    assert stream_judgements.mixed(stream([*WHOLE[:2], chunk("b:"), chunk(" one")]), ["a: one two", "b: one two"])
    assert stream_judgements.mixed(stream([*WHOLE[:2], WHOLE[1]]), ["a: one two"])


def test_late_tokens_are_seen_however_they_are_put_together() -> None:
    sent = [StreamEvent(chunk(text), float(at)) for at, text in enumerate(["a:", " one", " two", " three", " four"])]
    together = stream([chunk("a: one two three four")])
    together.events = [StreamEvent(chunk("a: one"), 1.1), StreamEvent(chunk(" two three four"), 4.1)]
    assert stream_judgements.late_tokens(together, sent, 2) == ["token 3 (' two') came 2.100 s after it was made"]
    assert stream_judgements.late_tokens(together, sent, 3) == []


@pytest.mark.parametrize(
    ("made", "right"),
    [
        ({"a": 150, "b": 50, "c": 0}, True),
        ({"a": 133, "b": 67, "c": 0}, True),
        ({"a": 100, "b": 100, "c": 0}, False),
        ({"a": 149, "b": 50, "c": 1}, False),
        ({"a": 200, "b": 0, "c": 0}, False),
    ],
)
def test_shares_by_weight(made: dict[str, int], right: bool) -> None:
    assert (routing.off_weights(made, [3, 1, 0]) == []) is right


@pytest.mark.parametrize(
    ("arrived", "changed"),
    [
        ({"x": {"y": [1, 2.5, True]}, "added": 1}, []),
        ({"x": {"y": [1.0, 2.5, True]}}, []),
        ({"x": {"y": [1, 2.5, 1]}}, ["x.y[2] was sent as True and arrived as 1"]),
        ({"x": {"y": [1, 2.5]}}, ["x.y was sent as [1, 2.5, True] and arrived as [1, 2.5]"]),
        ({}, ["x was sent as {'y': [1, 2.5, True]} and arrived as None"]),
    ],
)
def test_what_did_not_arrive_as_it_was_sent(arrived: Any, changed: list[str]) -> None:
    assert routing.changed({"x": {"y": [1, 2.5, True]}}, arrived) == changed


GOOD = {
    "error": {"message": "no such model", "type": "invalid_request_error", "param": None, "code": "model_not_found"}
}


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (answer(404, GOOD), ""),
        (answer(404, {"error": {"message": "x", "type": "y", "code": None}}), ""),
        (answer(404, {"error": {"message": "x", "type": "y"}}), "no error.code"),
        (answer(404, {"error": {"message": "", "type": "y", "code": None}}), "error.message is ''"),
        (answer(404, {"error": "x"}), "no object"),
        (answer(404, {"detail": "x"}), "no object"),
        (answer(404, b"<html>", **{"Content-Type": "text/html"}), "Content-Type is 'text/html'"),
        (answer(200, GOOD), "it is no error"),
    ],
)
def test_the_form_of_errors(seen: Exchange, wrong: str) -> None:
    assert wrong in "\n".join(errors.wrong_in_error(seen))
    assert bool(wrong) is bool(errors.wrong_in_error(seen))


@pytest.mark.parametrize(
    ("message", "inside"),
    [
        ("no such model gpt-x", False),
        ("Traceback (most recent call last): …", True),
        ('File "/app/proxy.py", line 12', True),
        ("connect ECONNREFUSED 127.0.0.1:9001", True),
        ("at fetch (node:internal/deps/undici:12:34)", True),
        ("thread panicked at src/main.rs:12", True),
        ("see https://platform.openai.com/docs at 12:30", False),
        ("error sending request to upstream:7777", True),
    ],
)
def test_what_errors_tell_of_the_inside(message: str, inside: bool) -> None:
    assert bool(errors.told_of_inside(answer(502, {"error": {"message": message}}), {"a": 7777})) is inside


KEY = "sk-caller-4f9a1c07be62d83590ab7e11"


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("the key sk-c…7e11 is not known", False),
        (f"the key {KEY} is not known", True),
        (f"the key {KEY[:15]}… is not known", True),
        (f"the key …{KEY[-14:]} is not known", True),
        (f"hash {hashlib.sha256(KEY.encode()).hexdigest()}", True),
        ("", False),
    ],
)
def test_what_repeats_a_key(text: str, repeats: bool) -> None:
    assert bool(keys.repeated([answer(401, {"error": {"message": text}})], [KEY])) is repeats
    assert bool(keys.repeated([answer(401, {}, **{"X-Seen": text})], [KEY])) is repeats


def test_embeddings_out_of_order_are_seen() -> None:
    assert requests.out_of_order({0: [1], 1: [2]}, [[1], [2]]) == []
    assert requests.out_of_order({0: [2], 1: [1]}, [[1], [2]]) == [
        "input 0 has the embedding of input [1]",
        "input 1 has the embedding of input [0]",
    ]
    assert requests.out_of_order({0: [1]}, [[1], [2]])


def test_an_answer_is_made_of_the_words_of_its_question() -> None:
    assert PROMPT.prompt == "please answer the question number 1760000000000000 with care and patience"
    assert len(PROMPT.prompt.split()) == PROMPT.tokens == 10
    assert PROMPT.answer_of("a") == "a: please answer the question number 1760000000000000 with care and"
    assert PROMPT.is_in(json.dumps(PROMPT.body))
    assert not PROMPT.is_in(json.dumps(Question("gpt-plain", number="176000000000000").body))


def test_half_a_request_is_no_json_and_other_mistakes_are() -> None:
    for what, make in requests.MISTAKES.items():
        readable = what not in ("that is cut in half", "that is empty", "with letters that are no text")
        body = make(PROMPT.body)
        assert body != json.dumps(PROMPT.body).encode()
        try:
            json.loads(body.decode())
        except ValueError:
            assert not readable, what
        else:
            assert readable, what


@pytest.mark.parametrize(
    ("log", "named"),
    [
        ("unknown setting no_such_setting", True),
        ("error: unexpected argument '--no-such-setting' found", True),
        ("NO_SUCH_SETTING=1 is not known", True),
        ("GATEWAY_NO_SUCH_SETTING is not known", True),
        ("no_such_settings", False),
        ("a setting is not known", False),
    ],
)
def test_what_a_refusal_to_start_names(log: str, named: bool) -> None:
    assert naming("no_such_setting").matches(log) is named

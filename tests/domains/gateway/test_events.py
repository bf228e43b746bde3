"""The reader of server-sent events against the standard's own examples, and against every way to cut them in pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.domains.gateway.events import EventReader, StreamEvent

EXAMPLES: list[tuple[str, bytes, list[str]]] = [
    ("data of three lines", b"data: YHOO\ndata: +2\ndata: 10\n\n", ["YHOO\n+2\n10"]),
    ("a comment, an id, no id, and one that is never ended", b": test stream\n\ndata: first event\nid: 1\n\n"
     b"data:second event\nid\n\ndata:  third event", ["first event", "second event"]),
    ("empty data, twice", b"data\n\ndata\ndata\n\ndata:", ["", "\n"]),
    ("with and without the space", b"data:test\n\ndata: test\n\n", ["test", "test"]),
    ("carriage returns alone", b"data: a\r\rdata: b\r\r", ["a", "b"]),
    ("carriage returns and line feeds", b"data: a\r\n\r\ndata: b\r\ndata: c\r\n\r\n", ["a", "b\nc"]),
    ("line ends of all kinds", b"data: a\r\n\ndata: b\r\r\ndata: c\n\r", ["a", "b", "c"]),
    ("a mark of the byte order", b"\xef\xbb\xbfdata: a\n\n", ["a"]),
    ("two marks of the byte order, of which one belongs to the name", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    ("a kind without data", b"event: ping\n\ndata: a\n\n", ["a"]),
    ("unknown fields", b"tada: x\ndata: a\nDATA: b\n\n", ["a"]),
    ("colons in the data", b'data: {"a": ":"}\n\n', ['{"a": ":"}']),
]  # fmt: skip


def read(stream: bytes, *sizes: int) -> list[StreamEvent]:
    """The events of a stream that comes in pieces of these sizes."""
    reader, found, at = EventReader(), [], 0
    for size in [*sizes, len(stream)]:
        found += reader.feed(stream[at : at + size], 1.0)
        at += size
    return found


@pytest.mark.parametrize(("what", "stream", "expected"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_examples(what: str, stream: bytes, expected: list[str]) -> None:
    assert [event.data for event in read(stream)] == expected


@pytest.mark.parametrize(("what", "stream", "expected"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_examples_byte_by_byte(what: str, stream: bytes, expected: list[str]) -> None:
    assert [event.data for event in read(stream, *([1] * len(stream)))] == expected


TEXTS = st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), min_size=1, max_size=3)


@given(
    events=st.lists(TEXTS, max_size=5), end=st.sampled_from(["\n", "\r", "\r\n"]), sizes=st.lists(st.integers(1, 7)),
    comments=st.booleans(),
)  # fmt: skip
def test_pieces_line_ends_and_comments_change_nothing(
    events: list[list[str]], end: str, sizes: list[int], comments: bool
) -> None:
    written = "".join(
        (f": keep-alive{end}{end}" if comments else "") + "".join(f"data: {line}{end}" for line in lines) + end
        for lines in events
    )
    assert [event.data for event in read(written.encode(), *sizes)] == ["\n".join(lines) for lines in events]


def test_characters_split_over_pieces() -> None:
    stream = f"data: {json.dumps('Łódź 李 🜁', ensure_ascii=False)}\n\n".encode()
    for cut in range(len(stream)):
        assert [json.loads(event.data) for event in read(stream, cut)] == ["Łódź 李 🜁"]


def test_kind_id_retry_and_comments() -> None:
    reader = EventReader()
    events = reader.feed(b"id: 7\nevent: error\nretry: 250\n: note\ndata: x\n\nid: a\0b\nretry: soon\ndata: y\n\n", 2.0)
    assert [(each.kind, each.last_id, each.at) for each in events] == [("error", "7", 2.0), ("message", "7", 2.0)]
    assert (reader.retry, reader.comments, reader.unfinished) == (250, 1, "")


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\ndata: b\n", "data: b"),
        (b"data: a\n\ndat", "dat"),
        (b"data: a\n\n: half a comm", ""),
        (b"data: a\n\n", ""),
    ],
)
def test_what_is_begun_and_never_ended(stream: bytes, expected: str) -> None:
    reader = EventReader()
    assert len(reader.feed(stream, 0.0)) == 1
    assert reader.unfinished == expected


def test_bytes_that_are_no_text_are_told() -> None:
    reader = EventReader()
    assert [each.data for each in reader.feed(b"data: \xff\n\n", 0.0)] == ["\ufffd"]
    assert reader.replaced

"""No single byte of what was signed, nor of the record, can change unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.base.outcomes import UsageError
from support.signing import subjects
from support.signing.decide import Signed
from tests.support.acceptance import runs
from tests.support.signing.desk import Desk

Case = tuple[Desk, Signed, list[Path]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, owner_key: Path) -> Iterator[Case]:
    desk = Desk(tmp_path_factory.mktemp("desk"), owner_key)
    desk.lay_out(runs.accepted(("CAIO-ROUTE-01", "CAIO-CORS-01")))
    signed = desk.sign()
    names = desk.verify(signed.path).statement.subjects
    kept = (subjects.Kind.PAGE, subjects.Kind.REPORT, subjects.Kind.RUN, subjects.Kind.RESULT, subjects.Kind.ATTACHMENT)
    files = [(desk.reports if subjects.kind_of(name) in kept else desk.root) / name for name in names]
    assert len(files) == signed.files
    yield desk, signed, files
    assert not desk.verify(signed.path).changes


def test_every_kind_of_file_is_among_what_is_signed(case: Case) -> None:
    desk, signed, _ = case
    kinds = {subjects.kind_of(name) for name in desk.verify(signed.path).statement.subjects}
    assert kinds == set(subjects.Kind)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_byte_in_what_was_signed_is_noticed_and_named(case: Case, data: st.DataObject) -> None:
    desk, signed, files = case
    path = data.draw(st.sampled_from(files))
    name = path.relative_to(desk.reports if path.is_relative_to(desk.reports) else desk.root).as_posix()
    with _one_byte_off(path, data):
        changes = desk.verify(signed.path).changes
    assert any(change.kind == subjects.kind_of(name).value for change in changes)
    assert any(name in change.says for change in changes)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_byte_in_the_record_is_noticed(case: Case, data: st.DataObject) -> None:
    desk, signed, _ = case
    with _one_byte_off(signed.path, data):
        assert _said_of_record(desk, signed) in (["record"], ["damaged"])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_byte_more_or_less_in_the_record_is_noticed(case: Case, data: st.DataObject) -> None:
    desk, signed, _ = case
    content = signed.path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    added = data.draw(st.binary(max_size=1))
    try:
        signed.path.write_bytes(content[:place] + added * 2 + content[place + 1 :])
        assert _said_of_record(desk, signed) in (["record"], ["damaged"])
    finally:
        signed.path.write_bytes(content)


def _said_of_record(desk: Desk, signed: Signed) -> list[str]:
    try:
        return [change.kind for change in desk.verify(signed.path).changes]
    except UsageError as error:
        return (
            ["damaged"] if f"{signed.path} is no record of a decision, or a damaged one" in str(error) else [str(error)]
        )


class _one_byte_off:
    """One byte of a file is another while this is open."""

    def __init__(self, path: Path, data: st.DataObject) -> None:
        self.path, self.content = path, path.read_bytes()
        place = data.draw(st.integers(0, len(self.content) - 1))
        changed = bytearray(self.content)
        changed[place] ^= data.draw(st.integers(1, 255))
        self.changed = bytes(changed)

    def __enter__(self) -> None:
        self.path.write_bytes(self.changed)

    def __exit__(self, *_: object) -> None:
        self.path.write_bytes(self.content)

"""Damage to archives is real damage, of the kind that it says; and what a tool told is judged with care."""

from __future__ import annotations

import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from support.base.outcomes import Broken
from support.subjects import backup_archives
from support.subjects.backup import CRASHED, Done
from support.subjects.tls import refused_because


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.backup"
    with tarfile.open(path, "w:gz") as tar:
        for name in ("one.txt", "two.txt"):
            entry = tarfile.TarInfo(name)
            entry.size = 1000
            tar.addfile(entry, BytesIO(name.encode() * 200))
    return path


def content(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {entry.name: file.read() for entry in tar if (file := tar.extractfile(entry))}


def test_bytes_are_flipped_all_over_it(archive: Path) -> None:
    before = archive.read_bytes()
    backup_archives.flip(archive)
    after = archive.read_bytes()
    assert len(after) == len(before)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 9


def test_its_end_is_cut_off(archive: Path) -> None:
    before = archive.read_bytes()
    backup_archives.cut(archive)
    after = archive.read_bytes()
    assert 0 < len(after) < len(before)
    assert before.startswith(after)


def test_one_part_is_left_out_and_the_others_stay(archive: Path) -> None:
    before = content(archive)
    backup_archives.without(archive, "one.txt")
    assert content(archive) == {"two.txt": before["two.txt"]}


def test_one_letter_of_one_part_is_changed(archive: Path) -> None:
    before = content(archive)
    backup_archives.with_other_content(archive, "two.txt")
    after = content(archive)
    assert after["one.txt"] == before["one.txt"]
    changed = [one != other for one, other in zip(before["two.txt"], after["two.txt"], strict=True)]
    assert changed.count(True) == 1


def test_a_part_is_added_that_leads_out_of_the_folder(archive: Path) -> None:
    before = content(archive)
    backup_archives.with_stranger(archive, "../escaped.txt")
    assert content(archive).keys() == {*before, "../escaped.txt"}


def test_a_part_that_is_not_there_cannot_be_damaged(archive: Path) -> None:
    with pytest.raises(Broken, match=r"has no three\.txt; it has: one\.txt, two\.txt"):
        backup_archives.without(archive, "three.txt")
    archive.write_bytes(b"no archive")
    with pytest.raises(Broken, match="is no tar archive"):
        backup_archives.without(archive, "one.txt")


@pytest.mark.parametrize(
    ("done", "plainly"),
    [
        (Done(1, "it is damaged"), True),
        (Done(0, "restored"), False),
        (Done(1, ""), False),
        (Done(1, f"{CRASHED}:\nKeyError"), False),
        (Done(-9, "killed"), False),
    ],
)
def test_only_a_tool_that_says_why_has_refused(done: Done, plainly: bool) -> None:
    assert done.refused_plainly is plainly


def test_a_certificate_is_refused_for_a_reason_and_not_for_another() -> None:
    said = "SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired"
    assert refused_because("it has expired").matches(said)
    assert not refused_because("it is for another name").matches(said)
    assert not refused_because("it has expired").matches("the connection was refused")
    with pytest.raises(Broken, match="nothing is known of the reason"):
        refused_because("it is ugly")

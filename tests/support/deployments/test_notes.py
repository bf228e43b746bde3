"""What processes of a run have to tell reaches its user once, and whole."""

from __future__ import annotations

from pathlib import Path

from support.deployments import notes
from support.deployments.notes import Notes


def test_what_several_processes_found_out_is_told_once(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert notes.read(folder) == []
    Notes(folder, "http-1").say("images are built\non a base of their own")
    Notes(folder, "http-2").say("images are built on a base of their own")
    Notes(folder, "http-2").say("building the image signoff-caio:1")
    assert notes.read(folder) == ["images are built on a base of their own", "building the image signoff-caio:1"]


def test_a_line_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    Notes(tmp_path, "main").say("whole")
    with (tmp_path / "notes-main.txt").open("a") as file:
        file.write("hal")
    assert notes.read(tmp_path) == ["whole"]

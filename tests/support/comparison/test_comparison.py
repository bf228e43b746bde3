"""Systems that the same criteria judge stand side by side, with what was seen, and what is not offered apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.acceptance import page
from support.base import systems
from support.base.systems import System
from support.comparison import gathering, pages
from support.comparison.gathering import NOT_OFFERED
from tests.support.acceptance import runs

DEFINITION = """\
name: tiny
says: Tiny
title: Tiny
version: "1"
endpoints: {}
"""


@pytest.fixture
def system(tmp_path: Path) -> System:
    (tmp_path / "system.yaml").write_text(DEFINITION, encoding="utf-8")
    return systems.load(tmp_path / "system.yaml")


def left(run: runs.Run, folder: Path) -> Path:
    """The files of a run that never happened."""
    folder.mkdir()
    page.write(run.verdict, run.record, folder)
    run.record.save(folder)
    return folder


def test_each_criterion_has_its_outcome_and_what_was_seen(system: System, tmp_path: Path) -> None:
    found = gathering.judged(system, left(runs.rejected(), tmp_path / "reports"), runs.criteria())
    assert found is not None
    against = [cell for cell in found.cells.values() if cell.outcome == "not met"]
    assert against
    assert all(cell.seen for cell in against)
    text = pages.markdown([found], runs.criteria())
    assert f"| {against[0].criterion} | not met |" in text
    assert "✗" in pages.html([found], runs.criteria())


def test_the_reason_of_expected_yaml_stands_for_a_known_end(system: System, tmp_path: Path) -> None:
    reports = left(runs.rejected(), tmp_path / "reports")
    first = gathering.judged(system, reports, runs.criteria())
    assert first is not None
    name = next(cell.criterion for cell in first.cells.values() if cell.outcome == "not met")
    (tmp_path / "expected.yaml").write_text(f'version: "1"\nnot met: {{{name}: lies}}\n', encoding="utf-8")
    second = gathering.judged(system, reports, runs.criteria())
    assert second is not None
    assert second.cells[name].seen == "lies"
    assert NOT_OFFERED not in {cell.outcome for cell in second.cells.values()}


def test_a_run_of_a_part_is_left_out(system: System, tmp_path: Path) -> None:
    assert gathering.judged(system, left(runs.partial(), tmp_path / "reports"), runs.criteria()) is None


def test_reproductions_are_read_by_criterion(tmp_path: Path) -> None:
    path = tmp_path / "reproductions.md"
    path.write_text(
        "How to set up.\n\n## GW-A-01\nDo this.\n\n## GW-B-02 and why\n```sh\nthat\n```\n", encoding="utf-8"
    )
    assert gathering.reproductions(path) == {
        "setup": "How to set up.",
        "GW-A-01": "Do this.",
        "GW-B-02": "```sh\nthat\n```",
    }
    assert gathering.reproductions(tmp_path / "none.md") == {}

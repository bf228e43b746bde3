"""A criteria file is read whole, or refused with the file, the line and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.acceptance import criteria
from support.acceptance.criteria import Level
from support.base.outcomes import UsageError
from support.base.settings import ROOT

GOOD = """\
system: caio
title: CAIO
criteria:
  - id: CAIO-ROUTE-01
    area: routing flow
    statement: A request goes where it fits.
  - id: CAIO-LOAD-01
    area: load
    level: should
    statement: Many at once succeed.
    planned: true
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "criteria.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read_in_its_order(tmp_path: Path) -> None:
    read = criteria.load(written(tmp_path, GOOD))
    assert (read.system, read.title, read.ids) == ("caio", "CAIO", ["CAIO-ROUTE-01", "CAIO-LOAD-01"])
    first, second = read.criteria
    assert (first.level, first.planned) == (Level.MUST, False)
    assert (second.level, second.planned, second.area) == (Level.SHOULD, True, "load")


def test_a_criterion_is_found_by_its_id(tmp_path: Path) -> None:
    read = criteria.load(written(tmp_path, GOOD))
    found = read.get("CAIO-LOAD-01")
    assert found is not None
    assert found.statement == "Many at once succeed."
    assert read.get("CAIO-LOAD-02") is None


@pytest.mark.parametrize(
    ("broken", "line", "names"),
    [
        (GOOD.replace("level: should", "level: maybe"), 9, "criteria[1].level"),
        (GOOD.replace("    area: load\n", ""), 7, "criteria[1].area"),
        (GOOD.replace("level: should", "levle: should"), 9, "criteria[1].levle"),
        (GOOD.replace("CAIO-LOAD-01", "caio-load-1"), 7, "CAIO-ROUTE-03"),
        (GOOD.replace("CAIO-LOAD-01", "CAIO-ROUTE-01"), 7, "CAIO-ROUTE-01 is listed twice"),
        (GOOD.replace("title: CAIO", "title: CAIO\ntitle: other"), 3, "title: given twice"),
        (GOOD.replace("statement: Many at once succeed.", "statement: ''"), 10, "criteria[1].statement"),
        (GOOD.replace("title: CAIO", "title: [CAIO"), 3, "not valid YAML"),
        ("system: caio\ntitle: CAIO\ncriteria: []\n", 3, "criteria"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_field(tmp_path: Path, broken: str, line: int, names: str) -> None:
    path = written(tmp_path, broken)
    with pytest.raises(UsageError) as refused:
        criteria.load(path)
    assert f"{path}:{line}:" in str(refused.value)
    assert names in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a list\n", "just words\n"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="system, title and criteria"):
        criteria.load(written(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml"):
        criteria.load(tmp_path / "nowhere.yaml")


def test_the_criteria_of_every_system_can_be_read() -> None:
    files = sorted((ROOT / "features").glob("*/criteria.yaml"))
    assert files
    for path in files:
        assert criteria.load(path).system == path.parent.name

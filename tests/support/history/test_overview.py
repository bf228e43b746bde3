"""The page that leads to all systems: what it says of each, and that it claims nothing that is not there."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from support.acceptance import page
from support.acceptance.verdict import Decision
from support.base.outcomes import UsageError
from support.history import overview
from tests.support.acceptance import runs
from tests.support.acceptance.runs import Run


def lay_out(reports: Path, name: str, run: Run) -> Path:
    """Leave what the run of a system leaves."""
    folder = reports / name
    run.record.save(folder)
    page.write(run.verdict, run.record, folder)
    return folder


def decide(folder: Path, run: str, **stated: object) -> None:
    """A record of a decision, as far as it is read here."""
    predicate = {"run": run, "decision": "accept", "by": "Ada", "when": "2026-11-20T14:25:01Z", **stated}
    payload = base64.b64encode(json.dumps({"predicate": predicate}).encode()).decode()
    (folder / "records").mkdir(exist_ok=True)
    (folder / "records" / "one.signoff.json").write_text(json.dumps({"payload": payload}))


def seen(html: str, row: str) -> str:
    """What a reader sees of a system's row."""
    cut = re.search(rf'<tr[^>]* id="{row}">(.*?)</tr>', html, re.DOTALL)
    assert cut is not None
    return " ".join(re.sub(r"<[^>]+>", " ", cut[1]).split())


def test_each_system_has_a_row_with_verdict_criteria_time_and_links(tmp_path: Path) -> None:
    accepted, rejected = runs.accepted(), runs.rejected()
    lay_out(tmp_path, "caio", accepted)
    lay_out(tmp_path, "other", rejected)
    (tmp_path / "other" / "history.html").write_text("")
    html = overview.write(tmp_path).read_text(encoding="utf-8")
    met = sum(each.outcome == "met" for each in rejected.verdict.criteria)
    assert "accepted" in seen(html, "caio")
    assert f"rejected {met} of {len(rejected.verdict.criteria)} met" in seen(html, "other")
    assert "Run of 20 November 2026, 09:30 (UTC)" in seen(html, "other")
    assert "none on this run" in seen(html, "other")
    assert re.findall(r'href="((?:caio|other)/[^"]+)"', html) == [
        "caio/acceptance.html", "caio/acceptance.html",
        "other/acceptance.html", "other/acceptance.html", "other/history.html",
    ]  # fmt: skip


def test_the_decision_on_the_last_run_is_shown_and_that_on_an_earlier_one_is_not(tmp_path: Path) -> None:
    run = runs.accepted()
    folder = lay_out(tmp_path, "caio", run)
    decide(folder, run.record.run_id, waivers=["one"])
    assert "accepted by Ada with 1 waiver 20 November 2026, 14:25" in seen(
        overview.as_html(overview.rows(tmp_path)), "caio"
    )
    decide(folder, "another run")
    assert "none on this run" in seen(overview.as_html(overview.rows(tmp_path)), "caio")


def test_a_system_without_a_page_is_left_out(tmp_path: Path) -> None:
    lay_out(tmp_path, "caio", runs.accepted())
    gone, damaged = lay_out(tmp_path, "gone", runs.accepted()), lay_out(tmp_path, "damaged", runs.accepted())
    for name in ("acceptance.html", "acceptance.json", "run.json"):
        (gone / name).unlink()
    (damaged / "acceptance.json").write_text("{")
    (tmp_path / "records").mkdir()
    assert [row.name for row in overview.rows(tmp_path)] == ["caio"]


def test_a_run_that_has_begun_has_no_verdict_yet(tmp_path: Path) -> None:
    runs.accepted().record.save(tmp_path / "caio")
    [row] = overview.rows(tmp_path)
    assert (row.page, row.links) == (None, ())
    html = overview.as_html([row])
    assert "None yet: this run has begun, and has not come to its verdict." in seen(html, "caio")
    assert Decision.ACCEPTED not in seen(html, "caio")


def test_nothing_that_comes_from_a_run_is_taken_for_markup(tmp_path: Path) -> None:
    run = runs.accepted()
    run.record.title = runs.HOSTILE
    folder = lay_out(tmp_path, "a b", run)
    decide(folder, run.record.run_id, by=runs.HOSTILE)
    html = overview.write(tmp_path).read_text(encoding="utf-8")
    assert "<script>" not in html
    assert "<img" not in html
    assert 'href="a%20b/acceptance.html"' in html


def test_without_any_run_the_page_says_so(tmp_path: Path) -> None:
    assert "No system has an acceptance page here yet" in overview.write(tmp_path / "reports").read_text()


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match=r"cannot write .*index\.html"):
        overview.write(tmp_path / "taken")

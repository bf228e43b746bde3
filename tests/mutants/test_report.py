"""Scores are arithmetic, verdicts by hand hold for the line they name, and results outlast an interruption."""

from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from tests.mutants import report, verdicts
from tests.mutants.kept import Kept
from tests.mutants.outcome import Fate, Result, Score, Tried
from tests.mutants.report import About, Report
from tests.mutants.verdicts import Equivalent

ABOUT = About("caio", 7, 4, 8, "abc1234", "c0de")
LINE = "    return count < LIMIT"
SAME = Equivalent("some/limit.py", "return count < LIMIT", "swap_op", "the limit is never reached", "<=")


def a_result(fate, module="some/limit.py", after="return count <= LIMIT", criteria=("C-01",), text=LINE):
    killers = criteria[:1] if fate is Fate.KILLED else ()
    tried = () if fate is Fate.NOT_REACHED else (Tried("case", criteria, killers, seconds=2.0),)
    return Result(f"{module}:{fate}:{after}", module, 5, "swap_op", "return count < LIMIT", after, fate, 3, tried, text)


def test_the_score_is_of_killed_and_survived_without_the_equivalent() -> None:
    score = Score()
    for fate, times in {
        Fate.KILLED: 6,
        Fate.SURVIVED: 3,
        Fate.NOT_REACHED: 5,
        Fate.BROKEN: 4,
        Fate.TIMED_OUT: 2,
    }.items():
        for number in range(times):
            score.count(fate, equivalent=number == 0)
    assert (score.total, score.equivalent, score.judged, score.value, score.text) == (20, 1, 8, 0.75, "75.0 %")
    assert (Score().value, Score().text) == (None, "–")


def test_a_verdict_holds_for_the_line_the_operator_and_the_change_that_it_names() -> None:
    assert verdicts.why_equivalent(a_result(Fate.SURVIVED), [SAME]) == "the limit is never reached"
    assert not verdicts.why_equivalent(a_result(Fate.SURVIVED, after="return count > LIMIT"), [SAME])
    assert not verdicts.why_equivalent(a_result(Fate.SURVIVED, text="return count < MOST"), [SAME])
    assert not verdicts.why_equivalent(a_result(Fate.SURVIVED, module="some/other.py"), [SAME])


def test_the_verdicts_that_are_kept_can_be_read(tmp_path: Path) -> None:
    verdicts.load()
    (tmp_path / "e.yaml").write_text("- {module: a.py, line: x = 1, operator: number}\n")
    with pytest.raises(UsageError, match="why"):
        verdicts.load(tmp_path / "e.yaml")


def some_results():
    return [
        a_result(Fate.KILLED),
        a_result(Fate.SURVIVED),
        a_result(Fate.SURVIVED, "some/other.py", "x | y", ("C-01", "C-02")),
        a_result(Fate.NOT_REACHED, "some/other.py"),
    ]


def test_figures_stand_by_module_and_by_criterion() -> None:
    made = Report(ABOUT, "2026-01-01", {"both": some_results()}, [SAME])
    assert {name: score.text for name, score in made.by_module(made.runs["both"]).items()} == {
        "some/limit.py": "100.0 %",
        "some/other.py": "0.0 %",
    }
    assert made.by_criterion(made.runs["both"]) == {"C-01": (3, 1), "C-02": (1, 0)}


def test_runs_of_the_same_sample_stand_in_one_table_and_others_do_not(tmp_path: Path) -> None:
    report.write(Report(ABOUT, "2026-01-01", {"examples": some_results()}, []), tmp_path, "examples")
    later = report.with_earlier(Report(ABOUT, "2026-01-02", {"models": some_results()}, []), tmp_path / "mutants.json")
    assert [line.split(" | ")[0] for line in report.markdown(later, "models").splitlines() if line.startswith("| ")][
        :4
    ] == ["| tried with", "| ---", "| examples", "| models"]
    same = About("caio", 7, 4, 8, "def5678", "c0de")
    assert len(report.with_earlier(Report(same, "", {"both": []}, []), tmp_path / "mutants.json").runs) == 2
    other = About("caio", 8, 4, 8, "abc1234", "c0de")
    assert set(report.with_earlier(Report(other, "", {"both": []}, []), tmp_path / "mutants.json").runs) == {"both"}


def test_every_survivor_is_listed_with_its_change_and_verdict() -> None:
    text = report.markdown(Report(ABOUT, "2026-01-01", {"both": some_results()}, [SAME]), "both")
    assert (
        "| `some/limit.py:5` | swap_op | `` return count < LIMIT `` | `` return count <= LIMIT `` | 1 of 3 cases |"
        in text
    )
    assert "equivalent: the limit is never reached" in text
    assert "`` x \\| y `` | 1 of 3 cases | **not noticed** |" in text


def test_results_are_kept_at_once_and_a_last_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "some.jsonl"
    for result in some_results():
        Kept(path).add(result)
    path.write_text(path.read_text() + '{"name": "cut')
    assert list(Kept(path).results.values()) == some_results()

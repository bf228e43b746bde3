"""`signoff history` as people call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.base.outcomes import Outcome
from support.cli import main
from support.history import store
from tests.support.history.runs import entry, measured

A = "CAIO-ROUTE-01"
MET, NOT_MET = {A: Outcome.MET}, {A: Outcome.NOT_MET}

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What the command says of the history in a folder, and its exit status."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["history", "--reports", str(tmp_path), *arguments])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return call


def test_runs_changes_and_what_is_unstable_are_told_and_the_page_is_made(tmp_path: Path, said: Said) -> None:
    for day, outcomes in enumerate([MET, NOT_MET, MET, MET]):
        store.append(tmp_path / "caio", entry(day, outcomes, figures=(measured(40.0 + day),)))
    status, out, err = said("--last", "2")
    assert (status, err) == (0, "")
    assert "4 runs, the last 2 of them here" in out
    assert entry(0, MET).run not in out
    assert f"From run {entry(2, MET).run} of " in out
    assert "42 ms → 43 ms (+2.38 %) limit 50 ms; rising" in out
    assert f"  {A}  " in out.partition("Unstable: ")[2]
    assert "flipped 2 times in 4 runs, between met and not met" in out
    assert f"Page: {tmp_path / 'caio' / 'history.html'}" in out
    assert (tmp_path / "caio" / "history.html").exists()


def test_any_two_runs_can_be_compared(tmp_path: Path, said: Said) -> None:
    for day, outcomes in enumerate([MET, NOT_MET, MET]):
        store.append(tmp_path / "caio", entry(day, outcomes))
    assert "Newly not met" in said("--from", "0000", "--to", "0001aa")[1]
    assert f"From run {entry(0, MET).run} of " in said("--to", "0001")[1]
    assert "Newly met" in said("--from", "0001")[1]


def test_what_cannot_be_compared_is_one_message(tmp_path: Path, said: Said) -> None:
    for day in range(2):
        store.append(tmp_path / "caio", entry(day, MET))
    for arguments, says in (
        (("--from", "ffff"), "no run of caio begins with 'ffff'"),
        (("--from", "000"), "2 runs of caio begin with '000'"),
        (("--to", "0000"), "there is no run before"),
    ):
        status, _, err = said(*arguments)
        assert status == 2
        assert says in err


def test_no_history_says_what_adds_to_it(said: Said) -> None:
    status, _, err = said()
    assert status == 2
    assert "`signoff accept` adds one" in err
    assert said("--system", "../etc")[0] == 2


def test_several_systems_are_told_one_after_the_other_unless_one_is_asked_for(tmp_path: Path, said: Said) -> None:
    store.append(tmp_path / "caio", entry(1, MET))
    store.append(tmp_path / "other", entry(1, MET, system="other", title="Another orchestrator"))
    both = said()[1]
    assert both.index("CAIO, contract-based") < both.index("Another orchestrator: 1 run")
    assert "Another" not in said("--system", "caio")[1]
    for name, other in (("caio", "other"), ("other", "caio")):
        page = (tmp_path / name / "history.html").read_text()
        assert f'id="{name}-latest"' in page
        assert f'id="{other}-latest"' not in page


def test_damage_is_told_beside_what_can_be_read(tmp_path: Path, said: Said) -> None:
    file = store.append(tmp_path / "caio", entry(1, MET))
    with file.open("ab") as damaged:
        damaged.write(b"nonsense\n")
    status, out, err = said()
    assert status == 0
    assert "1 run" in out
    assert f"{file}:2 is left out" in err


def test_a_run_that_was_interrupted_is_told_from_one_of_a_part(tmp_path: Path, said: Said) -> None:
    store.append(tmp_path / "caio", entry(1, MET, partial=True))
    store.append(tmp_path / "caio", entry(2, MET, partial=True, finished=False))
    out = said()[1]
    assert "accepted (part of the criteria)" in out
    assert "accepted (ended early)" in out

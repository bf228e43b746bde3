"""Load results on disk: whole files or none, earlier runs, and `signoff compare`."""

import csv
import json
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.acceptance import folder
from support.base.outcomes import UsageError
from support.base.settings import ROOT
from support.cli import app
from support.load import comparison, store
from support.load.result import LoadResult, Noise, read
from tests.support.load.loads import endpoint, result

SLOW = result(endpoint("decide", [2000] * 100), endpoint("match", [500] * 50))
FAST = result(endpoint("decide", [1000] * 150, {"status": 50}), endpoint("match", [500] * 50))


def compare(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, ["compare", *map(str, arguments)], catch_exceptions=False, env={"COLUMNS": "200"})
    assert done.exit_code == 0
    return done.stdout


def test_a_result_is_kept_as_json_and_as_a_table(tmp_path: Path) -> None:
    path = store.keep(SLOW, tmp_path, "Ten users ask; 95 % within 50 ms")
    assert path == tmp_path / "load" / "ten-users-ask-95-within-50-ms.json"
    assert read(path) == SLOW
    rows = list(csv.DictReader(path.with_suffix(".csv").open()))
    assert [(row["endpoint"], row["samples"], row["rate"]) for row in rows] == [
        ("decide", "100", "10.0"),
        ("match", "50", "5.0"),
        ("all", "150", "15.0"),
    ]
    assert float(rows[0]["p95"]) == 0.002
    told = json.loads(path.read_text())["table"]
    assert [(row["endpoint"], row["p95"], row["served"]) for row in told] == [
        ("decide", 0.002, 10.0),
        ("match", 0.0005, 5.0),
        ("all", pytest.approx(0.002), 15.0),
    ]


def test_results_of_the_same_name_are_all_kept(tmp_path: Path) -> None:
    names = [store.keep(each, tmp_path, "by the metrics " * 20).name for each in (SLOW, FAST, SLOW)]
    assert len(set(names)) == 3
    assert sorted(store.find(str(tmp_path), tmp_path)) == sorted(name.removesuffix(".json") for name in names)


def test_a_result_of_an_earlier_version_can_be_compared(tmp_path: Path) -> None:
    before = store.keep(SLOW, tmp_path / "a", "load")
    earlier = json.loads(before.read_text())
    del earlier["table"]
    for each in earlier["endpoints"]:
        del each["served"]
    before.write_text(json.dumps(earlier))
    after = store.keep(FAST, tmp_path / "b", "load")
    assert "none → 15.0/s (?)" in compare(before, after)


def test_a_result_whose_table_cannot_be_written_is_not_kept_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store._write

    def full(path: Path, text: str) -> None:
        if path.suffix == ".json":
            raise OSError(28, "No space left on device")
        write(path, text)

    monkeypatch.setattr(store, "_write", full)
    with pytest.raises(store.NotKept, match="No space left on device"):
        store.keep(SLOW, tmp_path, "load")
    assert not list((tmp_path / "load").glob("*.json"))


def test_a_history_that_cannot_be_written_holds_no_half_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep(SLOW, tmp_path, "load")

    def full(source: Path, target: Path) -> None:
        target.mkdir(parents=True)
        (target / "load.json").write_text("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.shutil, "copytree", full)
    with pytest.raises(UsageError, match="make room there"):
        store.remember(tmp_path, "abc123")
    assert os.listdir(tmp_path / store.EARLIER) == []


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path) -> None:
    """A process that may write no more than 300 bytes to a file sees what a full disk shows: a write that fails."""
    script = f"""
        import resource, signal
        from pathlib import Path
        from support.load import store
        from tests.support.load.test_keeping import SLOW
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        try:
            store.keep(SLOW, Path({str(tmp_path)!r}), "load")
        except store.NotKept as error:
            print(error)
            print(error.result.partial, error.result.partial_because)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    why = f"{tmp_path}/load/load.json cannot be written: File too large"
    assert said == [
        f"the load result {why}; make room, or give another folder with -D reports=…, and run again",
        f"True {why}",
    ]
    assert os.listdir(tmp_path / "load") == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_new_run_clears_the_results_and_earlier_ones_are_remembered(tmp_path: Path) -> None:
    store.keep(SLOW, tmp_path, "load")
    store.remember(tmp_path, "abc123")
    folder.clear(tmp_path)
    assert not (tmp_path / "load").exists()
    assert store.find("abc", tmp_path) == {"load": SLOW}


def test_only_so_many_runs_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_RUNS", 2)
    store.keep(SLOW, tmp_path, "load")
    for number in range(4):
        store.remember(tmp_path, f"run-{number}")
        os.utime(tmp_path / store.EARLIER / f"run-{number}", (number + 1, number + 1))
    assert sorted(os.listdir(tmp_path / store.EARLIER)) == ["run-2", "run-3"]


def test_a_run_without_loads_is_not_remembered(tmp_path: Path) -> None:
    store.remember(tmp_path, "abc123")
    assert os.listdir(tmp_path) == []


def test_runs_are_compared_by_file_by_folder_and_by_id(tmp_path: Path) -> None:
    before, after = store.keep(SLOW, tmp_path / "a", "load"), store.keep(FAST, tmp_path / "b", "load")
    store.remember(tmp_path / "a", "abc123")
    by_file = compare(before, after)
    by_id = compare("abc", after, "--reports", tmp_path, "--system", "a")
    assert by_file == compare(tmp_path / "a", tmp_path / "b") == by_id
    assert "10.0/s → 20.0/s (+100.0 %)" in by_file
    assert "100.00% → 75.00% (-25.0 %)" in by_file
    assert "2.00 ms → 1.00 ms (-50.0 %)" in by_file
    assert "0.50 ms → 0.50 ms (+0.0 %)" in by_file


def test_a_comparison_for_programs(tmp_path: Path) -> None:
    before, after = store.keep(SLOW, tmp_path / "a", "load"), store.keep(FAST, tmp_path / "b", "load")
    told = json.loads(compare(before, after, "--json"))
    assert [(row["scenario"], row["endpoint"]) for row in told["rows"]] == [
        ("load", "decide"),
        ("load", "match"),
        ("load", "all"),
    ]
    figures = {change["figure"]: change for change in told["rows"][0]["changes"]}
    assert list(figures) == ["rate", "served", "success", "resets", "p50", "p95", "p99"]
    assert figures["served"] == {"figure": "served", "before": 10.0, "after": 15.0, "percent": 50.0}
    assert figures["p99"] == {"figure": "p99", "before": 0.002, "after": 0.001, "percent": -50.0}


def test_what_cannot_be_compared_is_said() -> None:
    partial = SLOW.cut("interrupted")
    seen = comparison.compare({"a": partial, "b": SLOW}, {"a": FAST, "c": FAST})
    assert seen.notes == (
        "b: only in one of the runs",
        "c: only in one of the runs",
        "a: the first result is partial: interrupted",
    )
    other = FAST.model_copy(
        update={
            "plan": FAST.plan.model_copy(update={"users": 50, "seconds": None, "requests": 9}),
            "noise": Noise(foreign=0.2),
        }
    )
    assert comparison.compare({"a": SLOW}, {"a": other}).notes == (
        "a: others used 20% of the machine during the second",
        "a: the loads were not the same: users 5 → 50, seconds 10.0 → none, requests none → 9",
    )
    nothing: LoadResult = result(endpoint("decide", []))
    (row, _) = comparison.compare({"a": nothing}, {"b": nothing}).rows
    assert [change.percent for change in row.changes] == [None] * 7
    with pytest.raises(UsageError, match="no load in common: one has a, b; the other has c, d"):
        comparison.compare({"a": SLOW, "b": SLOW}, {"c": SLOW, "d": SLOW})


def test_runs_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run that begins with 'abc'; .* are kept: none yet"):
        store.find("abc", tmp_path)
    with pytest.raises(UsageError, match="holds no load results"):
        store.find(str(tmp_path), tmp_path)
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(UsageError, match=r"broken.json: is no load result"):
        store.find(str(tmp_path / "broken.json"), tmp_path)


@pytest.mark.parametrize("master", ["", "host:", "host:0", "host:99999", ":5557", "host:port"])
def test_a_master_without_an_address(master: str) -> None:
    done = CliRunner().invoke(app, ["load-worker", "--master", master])
    assert isinstance(done.exception, UsageError)
    assert "give HOST or HOST:PORT" in str(done.exception)

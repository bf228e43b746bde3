"""The three commands as a user meets them: what they say, and their exit statuses."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.acceptance import page
from support.base import systems
from support.signing import input_digests, keys
from tests.support.acceptance import runs
from tests.support.signing.desk import PASSPHRASE

ROOT = Path(__file__).resolve().parents[3]


def signoff(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "support.cli", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **environment},
    )


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """What a run of CAIO in this checkout would leave, but for its size."""
    folder = tmp_path / "reports" / "caio"
    run = runs.rejected()
    record = run.record.model_copy(update={"url": None, "started": datetime.now(UTC) - timedelta(minutes=2)})
    record.finished = record.started + timedelta(seconds=48)
    noted = input_digests.begin(record.run_id, systems.find("caio"), record.deployment)
    record.save(folder)
    noted.save(folder)
    runs.write_result(folder / "allure-results", "1")
    (folder / "allure-report").mkdir()
    (folder / "allure-report/index.html").write_text("<title>Report</title>")
    page.write(run.verdict, record, folder)
    input_digests.made(record.run_id, folder)
    input_digests.end(record.run_id, folder)
    return folder


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return path


def test_from_a_key_to_a_record_and_its_check(tmp_path: Path, reports: Path, passphrase: Path) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path / "home")}
    made = signoff("key", "--passphrase-file", passphrase, **home)
    assert made.returncode == 0, made.stderr
    key = tmp_path / "home/signoff/signoff-key.pem"
    assert str(key) in made.stdout

    common = (
        "sign",
        "--system",
        "caio",
        "--reports",
        reports.parent,
        "--passphrase-file",
        passphrase,
        "--by",
        "Ada Lovelace",
    )
    refused = signoff(*common, "--decision", "accept", **home)
    assert refused.returncode == 2
    assert "the verdict is “rejected”" in refused.stderr
    assert "CAIO-CORS-03 is not met" in refused.stderr
    assert "Traceback" not in refused.stderr

    copy = tmp_path / "kept.signoff.json"
    signed = signoff(*common, "--decision", "refuse", "--reason", "not yet", "--output", copy, **home)
    assert signed.returncode == 0, signed.stderr
    assert "REFUSED by Ada Lovelace" in signed.stdout
    [record] = (reports / "records").glob("caio-*.signoff.json")
    assert str(record) in signed.stdout
    assert copy.read_bytes() == record.read_bytes()
    assert "refused by Ada Lovelace" in (reports.parent / "index.html").read_text(encoding="utf-8")

    public = keys.public_path(key)
    checked = signoff("verify", record, "--key", public)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "which is the one given" in checked.stdout
    assert "Nothing has changed since" in checked.stdout

    (reports / "allure-results/1-result.json").write_text("{}")
    changed = signoff("verify", copy, "--report", reports)
    assert changed.returncode == 1
    assert "allure-results/1-result.json was changed" in changed.stdout
    assert "only --key can tell" in changed.stdout

    rebuilt = signoff("report", "--reports", reports.parent)
    assert rebuilt.returncode == 2
    assert "shows a decision that was signed" in rebuilt.stderr


def test_a_record_of_one_folder_for_all_systems_holds_there_and_where_it_is_moved_to(
    tmp_path: Path, reports: Path, passphrase: Path
) -> None:
    key = tmp_path / "key.pem"
    keys.make(key, PASSPHRASE.encode())
    given = ("--reports", reports.parent, "--key", key, "--passphrase-file", passphrase)
    assert signoff("sign", "--decision", "refuse", "--by", "Ada", *given).returncode == 0
    former = reports.rename(tmp_path / "former")  # as earlier versions had it: run, report and records in one folder
    for folder in (former, tmp_path / "moved" / "caio"):
        folder.parent.mkdir(exist_ok=True)
        former = former.rename(folder)
        [record] = (folder / "records").glob("*.signoff.json")
        checked = signoff("verify", record)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sign", "--by", "Ada"], "--decision"),
        (["sign", "--by", "Ada", "--decision", "maybe"], "maybe"),
        (["sign", "--decision", "accept"], "--by"),
        (["sign", "--by", " ", "--decision", "accept"], "--by is empty"),
        (["sign", "--by", "A", "--decision", "refuse", "--waive", "X=y, until 2030-01-01"], "needs no waiver"),
        (["sign", "--by", "A", "--decision", "refuse", "--reports", "/nowhere"], "there is no run to decide on"),
        (["sign", "--by", "A", "--decision", "refuse", "--passphrase", "x"], "--passphrase"),
        (["verify", "/nowhere.signoff.json"], "cannot be read: No such file"),
        (["verify", "README.md"], "is no record of a decision"),
        (["verify", "README.md", "--key", "README.md"], "is no public Ed25519 key"),
        (["key"], "--passphrase-file"),
    ],
)
def test_what_is_asked_wrongly_gets_one_message_and_status_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = signoff(*arguments, XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())

"""The command as a user meets it: exit statuses, and one clear message for whatever is asked wrongly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support import cli
from support.base import places, systems

ROOT = Path(__file__).resolve().parents[3]

SYSTEM = """
name: tiny
says: Tiny
title: Tiny
version: 1.0.0
deployments: {}
endpoints: {health: /health}
"""


def signoff(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "support.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **environment},
    )


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    path = tmp_path / "tiny" / "system.yaml"
    path.parent.mkdir()
    path.write_text(SYSTEM, encoding="utf-8")
    return path


def test_help_lists_the_commands() -> None:
    done = signoff("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("accept", "doctor", "report", "systems", "vocabulary", "lint", "new"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["accept", "--system", "ciao"], "unknown system 'ciao'"),
        (["accept", "--jobs", "0"], "--jobs"),
        (["accept", "--speed", "9"], "--speed"),
        (["accept", "-D", "timeouts.strat=3"], "did you mean 'timeouts.start'?"),
        (["accept", "-D", "timeouts.start"], "write -D timeouts.start=value"),
        (["accept", "-D", "timeouts.start=soon"], "timeouts.start='soon'"),
        (["accept", "--deployment", "remote"], "needs --url"),
        (["accept", "--definition", "/nowhere/system.yaml"], "/nowhere/system.yaml"),
        (["vocabulary", "--subject", "nonsense"], "no subject 'nonsense'"),
        (["conquer"], "conquer"),
    ],
)
def test_what_is_asked_wrongly_gets_one_message_and_status_2(arguments: list[str], says: str) -> None:
    done = signoff(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_system_yaml_is_told_with_file_line_and_field(definition: Path) -> None:
    definition.write_text(SYSTEM.replace("title:", "titel:"), encoding="utf-8")
    done = signoff("accept", "--definition", str(definition))
    assert done.returncode == 2
    assert f"{definition}:4: titel: unknown field" in done.stderr


def test_an_unreachable_url_is_told_before_anything_is_run(definition: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = signoff("accept", "--definition", str(definition), "--url", url, "--reports", str(tmp_path / "reports"))
    assert done.returncode == 2
    assert f"Tiny is not ready at {url} (GET /health: no answer, connection refused): check the URL" in done.stderr
    assert not (tmp_path / "reports" / "run.json").exists()


def test_an_interface_that_a_remote_system_cannot_offer(definition: Path) -> None:
    arguments = ["--url", "http://127.0.0.1:9", "--interface", "python", "--definition", str(definition)]
    done = signoff("accept", *arguments)
    assert done.returncode == 2
    assert "cannot be reached over 'python'" in done.stderr


def test_a_reports_folder_that_cannot_be_made(definition: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = signoff("accept", "--definition", str(definition), "--reports", str(tmp_path / "taken" / "reports"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "--reports" in done.stderr


def test_a_report_without_a_run_says_what_to_do(tmp_path: Path) -> None:
    done = signoff("report", "--reports", str(tmp_path))
    assert done.returncode == 2
    assert "run `signoff accept` first" in done.stderr


def test_a_full_disk_is_told_in_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "reports/run.json")

    monkeypatch.setattr(systems, "readable", full)
    with pytest.raises(SystemExit) as ended:
        cli.main(["systems"])
    assert ended.value.code == 2
    assert "reports/run.json: No space left on device; make room" in capsys.readouterr().err


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(systems, "readable", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli.main(["systems"])
    assert ended.value.code == 130


def test_findings_of_lint_are_printed_and_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "naps.py").write_text("import time\ntime.sleep(0)\n")
    monkeypatch.setattr(places, "PROJECT", tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["lint"])
    assert ended.value.code == 1
    assert "steps/naps.py:2: sleep:" in capsys.readouterr().out


def test_the_vocabulary_is_grouped_by_subject_with_meanings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "steps").mkdir()
    source = 'from behave import given\n@given("{n:d} cups of tea")\ndef tea(context, n):\n    """Tea is made."""\n'
    (tmp_path / "steps" / "kitchen.py").write_text(source)
    monkeypatch.setattr(places, "step_folders", lambda: [tmp_path / "steps"])
    with pytest.raises(SystemExit) as ended:
        cli.main(["vocabulary"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "kitchen",
        "-------",
        "  Given {n} cups of tea",
        "      Tea is made.",
    ]

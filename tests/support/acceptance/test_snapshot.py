"""The environment is looked at, not guessed; what a machine does not tell is said to be unknown."""

from __future__ import annotations

import json
import platform
import subprocess
from pathlib import Path

import pytest

from support.acceptance import snapshot


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("content")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_clean_checkout_tells_its_revision(checkout: Path) -> None:
    taken = snapshot.take(checkout)
    assert (taken.revision, taken.dirty) == (git(checkout, "rev-parse", "HEAD"), False)


def test_a_change_that_is_not_committed_is_told(checkout: Path) -> None:
    (checkout / "file").write_text("other")
    assert snapshot.take(checkout).dirty is True


def test_outside_a_checkout_the_revision_is_unknown(tmp_path: Path) -> None:
    taken = snapshot.take(tmp_path)
    assert (taken.revision, taken.dirty) == (None, None)


def test_without_git_the_revision_is_unknown(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert snapshot.take(checkout).revision is None


def test_tools_are_named_with_their_versions(tmp_path: Path) -> None:
    tools = snapshot.take(tmp_path, tmp_path).tools
    assert tools["python"] == platform.python_version()
    assert tools["behave"][0].isdigit()
    assert tools["allure"] == "not installed"


@pytest.mark.parametrize(
    ("text", "version"), [(json.dumps({"version": "3.18.0"}), "3.18.0"), ("{", "not installed"), ("[]", "unknown")]
)
def test_the_report_generator_is_looked_up_beside_the_suite(tmp_path: Path, text: str, version: str) -> None:
    package = tmp_path / "node_modules" / "allure" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(text)
    assert snapshot.take(tmp_path, tmp_path).tools["allure"] == version


def test_the_machine_is_described(tmp_path: Path) -> None:
    machine = snapshot.take(tmp_path).machine
    assert machine.cores >= 1
    assert machine.architecture == platform.machine()
    assert platform.release() in machine.os
    assert machine.memory is None or machine.memory > 100_000_000


def test_a_machine_that_tells_nothing_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_lines", lambda _: [])
    machine = snapshot.take(tmp_path).machine
    assert (machine.memory, machine.processor) == (None, None)

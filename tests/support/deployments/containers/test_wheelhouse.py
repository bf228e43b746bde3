"""Wheels are fetched once for what is pinned, and a failure to fetch them is no verdict on the product."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.base.outcomes import NotVerified
from support.deployments.containers import wheelhouse


class Pip:
    """Stands in for pip: notes how it was called, and leaves a wheel."""

    def __init__(self) -> None:
        self.calls: list[Sequence[str]] = []
        self.status, self.said = 0, ""

    def run(self, command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append(command)
        if self.status == 0:
            (Path(command[command.index("--dest") + 1]) / f"some-{len(self.calls)}-py3-none-any.whl").touch()
        return subprocess.CompletedProcess(list(command), self.status, "", self.said)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    made = Pip()
    monkeypatch.setattr(subprocess, "run", made.run)
    return made


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("some==1\n")
    return path


def names(wheels: list[Path]) -> list[str]:
    return [path.name for path in wheels]


def test_wheels_are_fetched_once(pip: Pip, requirements: Path, tmp_path: Path) -> None:
    first = wheelhouse.wheels(requirements, "3.11", tmp_path / "cache")
    assert names(first) == ["some-1-py3-none-any.whl"]
    assert wheelhouse.wheels(requirements, "3.11", tmp_path / "cache") == first
    (command,) = pip.calls
    assert {"--python-version=3.11", "--no-deps", "--only-binary=:all:", wheelhouse.PIP} <= set(command)


def test_other_pins_or_another_python_or_machine_have_wheels_of_their_own(
    pip: Pip, requirements: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    found = [wheelhouse.wheels(requirements, "3.11", cache), wheelhouse.wheels(requirements, "3.13", cache)]
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    found.append(wheelhouse.wheels(requirements, "3.11", cache))
    assert any("aarch64" in word for word in pip.calls[-1])
    requirements.write_text("some==2\n")
    found.append(wheelhouse.wheels(requirements, "3.11", cache))
    assert len({str(path.parent) for wheels in found for path in wheels}) == 4


def test_a_failure_is_told_with_its_reason_and_leaves_nothing_that_looks_finished(
    pip: Pip, requirements: Path, tmp_path: Path
) -> None:
    pip.status, pip.said = 1, "WARNING: retrying\nERROR: No matching distribution found for some==1\n"
    with pytest.raises(NotVerified, match=r"requirements.txt could not be fetched.*No matching distribution found"):
        wheelhouse.wheels(requirements, "3.11", tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
    pip.status = 0
    assert names(wheelhouse.wheels(requirements, "3.11", tmp_path / "cache")) == ["some-2-py3-none-any.whl"]


def test_taking_too_long_is_a_reason_too(requirements: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: Sequence[str], timeout: float, **_: Any) -> None:
        raise subprocess.TimeoutExpired(list(command), timeout)

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(NotVerified, match="took longer than 300 s"):
        wheelhouse.wheels(requirements, "3.11", tmp_path / "cache")


def test_a_fetch_that_was_cut_short_is_done_again(pip: Pip, requirements: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = wheelhouse.wheels(requirements, "3.11", cache)[0].parent
    folder.rename(cache / "draft-half")
    assert names(wheelhouse.wheels(requirements, "3.11", cache)) == ["some-2-py3-none-any.whl"]
    assert list(cache.iterdir()) == [folder]

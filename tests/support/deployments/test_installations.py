"""Published products are installed once, from their lock; what cannot be installed leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import DeploymentFailed
from support.base.systems import System
from support.deployments import installations

DEFINITION = """\
name: tiny
says: Tiny
title: Tiny
version: {version}
installation: {{python: requirements.lock, package: tiny-product}}
processes: {{tiny: {{command: ["{{venv}}/bin/python"], ready: {{port: true}}}}}}
endpoints: {{}}
"""
PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """\
import zipfile
def build_wheel(folder, settings=None, metadata=None):
    name = "tiny_product-1.5-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        about = "Metadata-Version: 2.1\\nName: tiny-product\\nVersion: 1.5\\nLicense-Expression: MIT\\n"
        wheel.writestr("tiny_product-1.5.dist-info/METADATA", about)
        wheel.writestr("tiny_product-1.5.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("tiny_product-1.5.dist-info/RECORD", "")
    return name
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "installations"
    monkeypatch.setattr(installations, "FOLDER", place)
    return place


def define(tmp_path: Path, lock: str, version: str = '"1.5"') -> System:
    here = tmp_path / "tiny"
    here.mkdir(exist_ok=True)
    (here / "requirements.lock").write_text(lock, encoding="utf-8")
    (here / "system.yaml").write_text(DEFINITION.format(version=version), encoding="utf-8")
    return systems.load(here / "system.yaml")


def product(tmp_path: Path) -> str:
    source = tmp_path / "source"
    source.mkdir(exist_ok=True)
    (source / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (source / "backend.py").write_text(BACKEND, encoding="utf-8")
    return f"--no-index\n{source}\n"


def test_it_is_installed_once_and_says_what_it_is(tmp_path: Path) -> None:
    system, told = define(tmp_path, product(tmp_path)), list[str]()
    made = installations.installed(system, told.append)
    assert (made.version, made.licence) == ("1.5", "MIT")
    assert installations.installed(system, told.append) == made
    assert len(told) == 1


def test_a_lock_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"version: is 1\.4, but the lock installs tiny-product 1\.5"):
        installations.installed(define(tmp_path, product(tmp_path), '"1.4"'))


def test_what_cannot_be_installed_is_told_in_one_sentence_and_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"Tiny 1\.5 cannot be installed from .*: ERROR: .*no-such") as caught:
        installations.installed(define(tmp_path, "--no-index\nno-such-product==1.0\n"))
    assert "\n" not in str(caught.value)
    assert [each.name for each in folder.iterdir() if not each.name.endswith(".lock")] == []


def test_an_installation_that_was_cut_short_is_made_anew(tmp_path: Path, folder: Path) -> None:
    system = define(tmp_path, product(tmp_path))
    made = Path(installations.installed(system).folder)
    (made / installations.MADE).unlink()
    assert (
        json.loads((Path(installations.installed(system).folder) / installations.MADE).read_text())["version"] == "1.5"
    )

"""What a decision rests on: everything that a run began from and left, and nothing that tools leave beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import UsageError
from support.base.settings import ROOT
from support.signing import digests, input_digests, subjects
from support.signing.subjects import Kind
from tests.support.acceptance import runs
from tests.support.signing.desk import Desk, later


def test_what_tools_leave_is_not_the_systems_own(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    signed = desk.sign()
    desk.write(desk.root / "systems/caio/caio/__pycache__/routing.cpython-311.pyc", b"\0")
    desk.write(desk.root / "systems/caio/caio/caio.egg-info/PKG-INFO", "Name: caio\n")
    assert desk.verify(signed.path).changes == ()
    desk.write(desk.root / "systems/caio/caio/new.py", "")
    assert [change.says for change in desk.verify(signed.path).changes] == ["systems/caio/caio/new.py was added"]


def test_what_is_laid_beside_the_results_for_the_report_is_no_evidence(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    desk.write(desk.reports / "allure-results/environment.properties", "system=CAIO 1.0.0\n")
    assert desk.verify(desk.sign().path).changes == ()


def test_of_a_remote_system_only_the_definition_is_claimed(desk: Desk) -> None:
    system = systems.load(desk.root / "systems/caio/system.yaml")
    assert list(subjects.sources(system, "remote", desk.root)) == ["systems/caio/system.yaml"]
    assert len(subjects.sources(system, "process", desk.root)) == 3


def test_the_checklist_is_claimed_with_the_definition(desk: Desk) -> None:
    path = desk.root / "systems/caio/system.yaml"
    path.write_text(f"{path.read_text()}checklist: hardening.yaml\n")
    checklist = path.parent / "hardening.yaml"
    checklist.write_text("items: [{id: one, section: Security, text: One., vouched_by: Ada}]\n")
    assert "systems/caio/hardening.yaml" in subjects.sources(systems.load(path), "remote", desk.root)
    desk.lay_out(runs.accepted())
    signed = desk.sign()
    checklist.write_text(checklist.read_text().replace("Ada", "Bob"))
    assert [change.says for change in desk.verify(signed.path).changes] == ["systems/caio/hardening.yaml was changed"]
    checklist.unlink()
    says = [change.says for change in desk.verify(signed.path).changes]
    assert any("hardening.yaml" in line for line in says), says


def test_every_system_says_what_it_is_built_from() -> None:
    for system in systems.readable()[0]:
        found = subjects.sources(system, "process")
        assert f"systems/{system.name}/system.yaml" in found
        code = [name for name in found if name.endswith((".py", "requirements.lock", "package-lock.json"))]
        assert code, f"{system.path}: sources: without a list, a sign-off would rest on no code of the system"


def test_a_companions_code_counts_as_the_systems() -> None:
    found = subjects.sources(systems.find("caio"), "process")
    packages = {Path(name).parts[1] for name in found}
    assert packages == {"caio", "chassis", "backends"}
    assert all((ROOT / name).is_file() for name in found)


def test_a_source_that_does_not_exist_is_told_before_a_run_begins(desk: Desk) -> None:
    path = desk.root / "systems/caio/system.yaml"
    path.write_text(path.read_text().replace("sources: [caio]", "sources: [ciao]"))
    with pytest.raises(UsageError, match=r"system\.yaml: sources: ciao does not exist"):
        input_digests.begin("run", systems.load(path), "process", desk.root)


def test_a_definition_that_was_lost_is_named(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    signed = desk.sign()
    (desk.root / "systems/caio/system.yaml").unlink()
    says = [change.says for change in desk.verify(signed.path).changes if change.kind == Kind.SYSTEM]
    assert any("systems/caio/system.yaml is missing" in line for line in says)


def test_seals_of_another_run_are_not_taken_for_this_ones(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    path = desk.reports / input_digests.FILE_NAME
    path.write_text(path.read_text().replace("3f9c2d71b04e", "another"))
    with pytest.raises(UsageError, match="belongs to another run, another"):
        desk.sign()
    path.unlink()
    with pytest.raises(UsageError, match="nobody can tell what the run began from"):
        desk.sign()


def test_many_changes_of_one_kind_are_counted(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    signed = desk.sign()
    for path in (desk.reports / "allure-results").glob("*-result.json"):
        path.unlink()
    [change] = desk.verify(signed.path).changes
    assert change.kind == "result"
    assert change.says.endswith(", and 34 more")


def test_two_decisions_within_a_second_have_a_record_each(desk: Desk) -> None:
    desk.lay_out(runs.accepted())
    first, second = desk.sign(), desk.sign(desk.order(accept=False))
    assert first.path.name == "caio-20261120T142501Z.signoff.json"
    assert second.path.name == "caio-20261120T142501Z-2.signoff.json"
    assert desk.verify(second.path, now=later(1)).changes == ()


def test_a_digest_is_that_of_the_whole_file_however_large(tmp_path: Path) -> None:
    content = os.urandom(3 * digests.PIECE + 7)
    (tmp_path / "large").write_bytes(content)
    (tmp_path / "empty").touch()
    found = digests.of_files({"large": tmp_path / "large", "empty": tmp_path / "empty"})
    assert found == {"large": digests.of_bytes(content), "empty": digests.of_bytes(b"")}
    with pytest.raises(UsageError, match="lost cannot be read: No such file"):
        digests.of_files({"lost": tmp_path / "lost"})

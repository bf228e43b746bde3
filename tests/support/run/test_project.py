"""Another repository is accepted by the suite as it is installed: its systems, features, sentences and reports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.__main__ import take_project
from support.base import places
from support.base.places import CARRIED, VARIABLE
from tests.support.world.several import SUITE, Several

OWN_STEPS = '''
"""Sentences of this project alone."""

from behave import then
from hamcrest import assert_that, equal_to


@then("one and one make {number:d}")
def make(context, number):
    """One and one make that number."""
    assert_that(1 + 1, equal_to(number))
'''


class Project(Several):
    """A repository with systems and features alone; commands are run from another folder."""

    def __init__(self, root: Path, elsewhere: Path) -> None:
        super().__init__(root)
        for name in ("support", "steps"):
            shutil.rmtree(root / name)
        for name in ("environment.py", "behave.ini"):
            (root / name).unlink()
        self.elsewhere = elsewhere
        elsewhere.mkdir()

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `signoff` from the checkout of the suite, in a folder that has nothing to do with it."""
        environment = {**os.environ, "PYTHONPATH": str(SUITE), **variables}
        whole = [sys.executable, "-m", "support", *command]
        return subprocess.run(whole, cwd=self.elsewhere, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project", tmp_path / "elsewhere")


def test_a_system_of_another_repository_is_accepted_with_sentences_of_its_own(project: Project) -> None:
    project.write("steps/sums.py", OWN_STEPS)
    project.change(
        "features/east/up.feature", "Then EAST is healthy", "Then EAST is healthy\n    And one and one make 2"
    )
    done = project.run("accept", "--project", str(project.root), "--system", "east")
    assert done.returncode == 0, done.stdout + done.stderr
    about = json.loads((project.reports / "east" / "acceptance.json").read_bytes())
    assert (about["decision"], about["run"]["system"]) == ("accepted", "east")
    assert "east/acceptance.html" in (project.reports / "index.html").read_text(encoding="utf-8")
    assert list(project.elsewhere.iterdir()) == []
    linted = project.run("lint", f"--project={project.root}")
    assert (linted.returncode, linted.stdout) == (0, "No findings\n"), linted.stdout


def test_what_new_has_begun_is_accepted_from_elsewhere(project: Project) -> None:
    made = project.run("new", "fresh", "--in", str(project.root))
    assert f"signoff accept --project {project.root} --system fresh --url" in made.stdout
    tokens = {"FRESH_USER_TOKEN": "a-token-of-a-user-12345", "FRESH_ADMIN_TOKEN": "a-token-of-an-admin-12345"}
    given = {VARIABLE: str(project.root), **tokens}
    refused = project.run("accept", "features/fresh/health.feature", "--url", "http://127.0.0.1:9", **given)
    assert refused.returncode == 2
    assert "Fresh is not ready at http://127.0.0.1:9" in refused.stderr
    assert [each for each in project.run("systems", **given).stdout.split() if each.endswith(":")] == [
        "east:", "fresh:", "west:",
    ]  # fmt: skip


def test_a_project_that_is_not_there_is_refused(project: Project) -> None:
    refused = project.run("systems", "--project", "nowhere")
    assert refused.returncode == 2
    assert f"the project {project.elsewhere / 'nowhere'} is no folder" in refused.stderr


@pytest.mark.parametrize(
    "given", [["--project", "there", "accept"], ["accept", "--project=there"], ["accept", "--project", "there"]]
)
def test_the_option_stands_anywhere(given: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    arguments = ["signoff", *given]
    monkeypatch.setenv(VARIABLE, "before")
    take_project(arguments)
    assert arguments == ["signoff", "accept"]
    assert os.environ[VARIABLE] == str(Path("there").resolve())


def test_an_installation_without_the_checkout_has_files_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert places.suite(SUITE) == SUITE
    assert places.project(None, SUITE) == SUITE
    carried = tmp_path / "support" / CARRIED
    carried.mkdir(parents=True)
    (carried / "behave.ini").write_text("")
    assert places.suite(tmp_path) == carried
    assert places.project(None, carried) == tmp_path
    assert places.project("there", SUITE) == tmp_path / "there"

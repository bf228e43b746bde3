"""The workflow and the job under docs/ci run what the README says, and publish what a run leaves also when it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from support.acceptance import comment, junit
from support.base.settings import ROOT
from support.history import store

COMMANDS = ("make accept", "make test")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@v\d+\.\d+\.\d+")


def read(name: str) -> dict[Any, Any]:
    content = yaml.safe_load((ROOT / "docs" / "ci" / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


@pytest.fixture
def steps() -> list[dict[str, Any]]:
    [job] = read("github-actions.yml")["jobs"].values()
    return list(job["steps"])


@pytest.fixture
def job() -> dict[str, Any]:
    [only] = read("gitlab-ci.yml").values()
    return dict(only)


def test_the_readme_names_the_commands_that_are_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(command in readme for command in COMMANDS)
    assert "docs/ci" in readme


def test_the_workflow_runs_both_commands_one_of_them_whatever_the_other_says(steps: list[dict[str, Any]]) -> None:
    runs = {command: step for step in steps for command in COMMANDS if command in step.get("run", "")}
    assert list(runs) == list(COMMANDS)
    assert "cancelled" in runs["make test"]["if"]


def test_actions_are_pinned_by_version(steps: list[dict[str, Any]]) -> None:
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [name for name in used if not PINNED.fullmatch(name)] == []


def test_the_workflow_publishes_report_results_and_summary_of_a_failed_run_too(steps: list[dict[str, Any]]) -> None:
    accepted = next(place for place, step in enumerate(steps) if step.get("run") == "make accept")
    later = steps[accepted + 1 :]
    assert all("cancelled" in step["if"] for step in later)
    published = " ".join(_texts(later))
    for what in (
        "reports",
        f"reports/caio/{junit.FILE_NAME}",
        "signoff summary",
        "GITHUB_STEP_SUMMARY",
        "gh pr comment",
    ):
        assert what in published


def test_what_is_not_ours_reaches_a_shell_as_a_variable_only(steps: list[dict[str, Any]]) -> None:
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_the_workflow_may_do_no_more_than_it_needs() -> None:
    assert read("github-actions.yml")["permissions"] == {
        "contents": "read",
        "checks": "write",
        "pull-requests": "write",
    }


def test_the_job_runs_both_commands_and_fails_with_the_first(job: dict[str, Any]) -> None:
    accept, test, end = job["script"]
    assert (accept, test, end) == ("make accept || refused=$?", "make test", "exit ${refused:-0}")


def test_the_job_publishes_report_results_and_summary_of_a_failed_run_too(job: dict[str, Any]) -> None:
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["paths"] == ["reports/"]
    assert job["artifacts"]["reports"]["junit"] == f"reports/caio/{junit.FILE_NAME}"
    assert "signoff summary --published" in job["after_script"][0]


def test_both_keep_the_history(steps: list[dict[str, Any]], job: dict[str, Any]) -> None:
    place = f"reports/caio/{store.FOLDER}"
    assert [step["with"]["path"] for step in steps if "cache" in step.get("uses", "")] == [place, place]
    assert job["cache"][0]["paths"] == [place]
    assert job["cache"][0]["when"] == "always"


def test_the_pages_that_a_comment_links_to_are_among_what_is_published() -> None:
    assert set(comment.PAGES.values()) == {"acceptance.html", "allure-report/index.html", "history.html"}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)

"""A run's outcome depends on no configuration of other projects, no variable, no locale and no reader of its output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from behave.configuration import configfile_options_iter, read_configparser

from support.run import children

from .conftest import SUITE, Whole

BEHAVE = ("behave", "features/")
ACCEPT = ("support", "accept", "--system", "tiny", "--interface", "http")
ALL_MET = {"Small": "passed", "Large": "passed", "Over HTTP only": "passed"}

SELECTING = """
[behave]
tags = @nothing
default_tags = not @TINY-SUM-01
name = nothing
include_re = nothing
exclude_re = sums
stop = true
wip = true
"""
NOT_RUNNING = "[behave]\ndry_run = true\nsteps_catalog = true\nstage = other\nrunner = no.such:Runner\nlang = de\n"
WRITING = """
[behave]
format = no-such-format
outfiles = elsewhere
junit = true
color = always
capture = false
logging_format = %(nonsense)d
scenario_outline_annotation_schema = {row.id}

[behave.userdata]
browser = firefox
reports = elsewhere
"""
TOML = "[tool.behave]\ndry_run = true\ndefault_tags = ['@nothing']\n\n[tool.behave.userdata]\nbrowser = 'firefox'\n"
SHOWN_ONLY = {"junit_directory", "show_multiline", "show_source", "show_timings", "verbose", "capture"}
"""Options of behave's files that change what is shown, and what is captured as evidence, but nothing that is judged."""


@pytest.mark.parametrize("command", [BEHAVE, ACCEPT], ids=["behave", "accept"])
@pytest.mark.parametrize(
    "files",
    [
        {"home/.behaverc": SELECTING, "home/setup.cfg": WRITING, "home/pyproject.toml": TOML},
        {"home/behave.ini": NOT_RUNNING, "tox.ini": SELECTING, ".behaverc": WRITING},
    ],
    ids=["at home", "in the checkout"],
)
def test_configuration_of_other_projects_changes_nothing(
    whole: Whole, command: tuple[str, ...], files: dict[str, str]
) -> None:
    for name, content in files.items():
        whole.write(name, content)
    done = whole.run(*command)
    assert whole.results() == ALL_MET, done.stdout + done.stderr
    assert not (whole.root / "elsewhere").exists()


def test_a_run_of_the_command_does_not_even_read_a_broken_file_of_another_project(whole: Whole) -> None:
    whole.write("home/.behaverc", "no section\n")
    whole.run(*ACCEPT)
    assert whole.results() == ALL_MET


def test_a_failure_does_not_stop_a_run_where_the_home_folder_says_so(whole: Whole) -> None:
    whole.write("home/.behaverc", "[behave]\nstop = true\n")
    feature = whole.root / "features/tiny/sums.feature"
    feature.write_text(feature.read_text(encoding="utf-8").replace("1 and 1 make 2", "1 and 1 make 3"), "utf-8")
    whole.run(*BEHAVE)
    assert whole.results() == {**ALL_MET, "Small": "failed"}


def test_every_option_of_behave_that_could_decide_anything_is_said_by_the_checkout() -> None:
    said = {name.replace("config_tags", "tags") for name in read_configparser(str(SUITE / "behave.ini"))}
    options = {option.dest for option in configfile_options_iter(None)}
    assert options - said - SHOWN_ONLY == set()


@pytest.mark.parametrize("command", [BEHAVE, ACCEPT], ids=["behave", "accept"])
def test_variables_of_behave_change_nothing(whole: Whole, command: tuple[str, ...]) -> None:
    path = whole.root / "features/tiny/sums.feature"
    path.write_text(path.read_text(encoding="utf-8").replace("Tiny is running", "Tiny is running:"), encoding="utf-8")
    steps = whole.root / "steps/sums.py"
    steps.write_text(steps.read_text(encoding="utf-8").replace("Tiny is running", "Tiny is running:"), encoding="utf-8")
    done = whole.run(*command, BEHAVE_STAGE="other", BEHAVE_STRIP_STEPS_WITH_TRAILING_COLON="yes", BEHAVE_COLOR="on")
    assert whole.results() == ALL_MET, done.stdout + done.stderr


def test_a_shard_inherits_nothing_that_changes_how_behave_runs_or_python_prints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("BEHAVE_STAGE", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONOPTIMIZE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("MY_TOKEN", "abc")
    inherited = children.environment()
    assert inherited["MY_TOKEN"] == "abc"
    assert inherited["PYTHONUTF8"] == "1"
    assert not inherited.keys() & {"BEHAVE_STAGE", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONOPTIMIZE"}


LOCALES = {
    "ascii": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "latin-1": {"PYTHONIOENCODING": "iso-8859-1"},
    "strict": {"PYTHONIOENCODING": "ascii:strict"},
    "colours": {"FORCE_COLOR": "1"},
}


@pytest.mark.parametrize("command", [BEHAVE, ACCEPT], ids=["behave", "accept"])
@pytest.mark.parametrize("name", LOCALES)
def test_the_verdict_is_given_and_printed_in_every_locale(whole: Whole, command: tuple[str, ...], name: str) -> None:
    path = whole.root / "features/tiny/sums.feature"
    text = path.read_text(encoding="utf-8").replace("Example: Small", "Example: “Klein” → größer, 小")
    path.write_text(text.replace("1 and 1 make 2", "1 and 1 make 3"), encoding="utf-8")
    ran = whole.run(*command, **LOCALES[name])
    done = whole.run("support", "report", **LOCALES[name])
    assert b"Traceback" not in ran.stderr + done.stderr + ran.stdout, ran.stdout + ran.stderr + done.stderr
    assert (ran.returncode, done.returncode) == (1, 1)
    assert b"REJECTED" in done.stdout
    assert b"\x1b" not in done.stdout
    assert whole.verdict()["decision"] == "rejected"
    assert whole.results() == {"“Klein” → größer, 小": "failed", "Large": "passed", "Over HTTP only": "passed"}


@pytest.mark.parametrize("command", [BEHAVE, ACCEPT], ids=["behave", "accept"])
def test_a_clock_that_is_set_back_takes_no_scenario_back(whole: Whole, command: tuple[str, ...]) -> None:
    """Each look at the clock finds it an hour earlier than the one before."""
    whole.write(
        "sitecustomize.py",
        """
        import itertools, time
        real, looks = time.time, itertools.count()
        time.time = lambda: real() - 3600 * next(looks)
        """,
    )
    whole.run(*command)
    paths = (whole.reports / "allure-results").glob("*-result.json")
    results = [json.loads(path.read_bytes()) for path in paths]
    assert len(results) == 3
    assert all(0 <= item["stop"] - item["start"] < 600_000 for each in results for item in (each, *each["steps"]))


@pytest.mark.parametrize("command", [BEHAVE, ACCEPT], ids=["behave", "accept"])
def test_a_closed_pipe_ends_neither_the_run_nor_its_reports(whole: Whole, command: tuple[str, ...]) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=whole.root, env=whole.environment(), stdout=subprocess.PIPE, stderr=-1
    )
    assert run.stdout is not None
    run.stdout.close()
    _, error = run.communicate(timeout=120)
    assert error == b""
    assert whole.results() == ALL_MET
    if command is BEHAVE:
        assert run.returncode == 0
        whole.run("support", "report")
    assert whole.verdict()["decision"] == "accepted with reservations"


def test_a_command_whose_reader_has_gone_ends_as_it_would_have(whole: Whole) -> None:
    script = f"{sys.executable} -m support lint | true; exit ${{PIPESTATUS[0]}}"
    whole.write("features/tiny/criteria.yaml", "system: tiny\n")
    done = subprocess.run(
        ["bash", "-c", script], cwd=whole.root, env=whole.environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_closed_output_is_no_file_that_results_get_into(whole: Whole) -> None:
    script = f"exec {sys.executable} -m behave features/ >&- 2>&-"
    done = subprocess.run(["bash", "-c", script], cwd=whole.root, env=whole.environment(), check=False)
    assert done.returncode == 0
    assert whole.results() == ALL_MET


def test_a_full_disk_behind_the_output_is_still_an_error() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this machine has no /dev/full")
    with full.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [sys.executable, "-m", "support", "--help"], cwd=SUITE, stdout=output, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode != 0

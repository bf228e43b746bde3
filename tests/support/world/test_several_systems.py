"""Runs over a checkout with several systems: none stands in the way of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.world.several import Several


@pytest.fixture
def several(tmp_path: Path) -> Several:
    return Several(tmp_path)


def test_a_scenario_that_names_another_system_is_broken(several: Several) -> None:
    several.change("features/east/up.feature", "Given EAST", "Given WEST")
    done = several.run("behave", "features/east")
    assert done.returncode == 1
    result = several.results()["EAST is up"]
    assert result["status"] == "broken"
    why = 'line 5: "WEST is running" names WEST, but its feature is about EAST'
    assert why in result["statusDetails"]["message"]


def test_a_scenario_of_its_own_system_is_met(several: Several) -> None:
    several.run("behave", "features/east")
    assert several.results()["EAST is up"]["status"] == "passed"


def test_a_definition_that_cannot_be_read_stops_no_other_system(several: Several) -> None:
    several.change("systems/west/system.yaml", "says: WEST", "sayss: WEST")
    done = several.run("behave", "features/east")
    assert several.results()["EAST is up"]["status"] == "passed", done.stdout + done.stderr
    assert done.returncode == 0
    assert "Note: systems/west/system.yaml cannot be read, which stops no run of another system: " in done.stdout
    assert "systems/west/system.yaml:3: sayss: unknown field" in done.stdout
    refused = several.run("behave", "features/west")
    assert refused.returncode == 2
    assert "systems/west/system.yaml:3: sayss: unknown field" in refused.stderr


@pytest.mark.parametrize(
    "fault", ["import nowhere_to_be_found", "@given('a {thing}')\ndef a(context, thing):\n    'A.'"]
)
def test_sentences_of_one_system_stop_no_other(several: Several, fault: str) -> None:
    source = f"from behave import given\n@given('a {{first}}')\ndef first(context, first):\n    'One.'\n{fault}\n"
    several.write("steps/west_faulty.py", source)
    assert several.run("behave", "features/east").returncode == 0
    assert several.results()["EAST is up"]["status"] == "passed"
    assert several.run("behave", "features/west").returncode == 1


def test_the_address_of_one_system_is_not_that_of_another(several: Several) -> None:
    nowhere = "east.url=http://127.0.0.1:9"
    done = several.run("behave", "features/west", "-D", nowhere)
    assert several.results()["WEST is up"]["status"] == "passed", done.stdout + done.stderr
    refused = several.run("behave", "features/east", "-D", nowhere)
    assert refused.returncode == 2
    assert "EAST" in refused.stderr
    assert "127.0.0.1:9" in refused.stderr


def test_an_interface_that_a_system_does_not_offer_is_told_in_one_sentence(several: Several) -> None:
    python = "east.interface=python"
    assert several.run("behave", "features/west", "-D", python).returncode == 0
    told = "EAST cannot be reached over 'python' as deployment 'process'; it offers: http"
    for command in (("behave", "features/east"), ("support", "accept", "--system", "east")):
        refused = several.run(*command, "-D", python)
        assert refused.returncode == 2
        assert told in refused.stderr
        assert "Traceback" not in refused.stderr


def document(several: Several, system: str) -> dict[str, Any]:
    """What the acceptance page of a system says, for programs."""
    read: dict[str, Any] = json.loads((several.reports / system / "acceptance.json").read_bytes())
    return read


def keys(several: Several, system: str) -> list[str]:
    """The scenarios that have a result in the folder of a system."""
    found = (several.reports / system / "allure-results").glob("*-result.json")
    return [json.loads(path.read_bytes())["fullName"] for path in found]


@pytest.mark.parametrize("paths", [["features/"], ["features/east", "features/west/up.feature"], []])
def test_one_behave_process_judges_each_system_by_its_own_criteria(several: Several, paths: list[str]) -> None:
    done = several.run("behave", *paths)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, says in (("east", "EAST"), ("west", "WEST")):
        about = document(several, name)
        assert about["decision"] == "accepted"
        assert [each["criterion"]["id"] for each in about["verdict"]["criteria"]] == [f"{says}-UP-01"]
        assert (about["run"]["system"], about["verdict"]["partial"]) == (name, False)
        [only] = keys(several, name)
        assert only.startswith(f"features/{name}/up.feature")
        page = several.reports / name / "acceptance.html"
        assert f"{says}: ACCEPTED, 1 of 1 criterion met: {page}" in done.stdout
        assert (several.reports / name / "history.html").is_file()
        assert (several.reports / name / "seals.json").is_file()
        assert not list((several.reports / name / "run").glob("*"))
    index = (several.reports / "index.html").read_text(encoding="utf-8")
    assert "east/acceptance.html" in index
    assert "west/acceptance.html" in index


def test_what_one_system_breaks_is_held_against_no_other(several: Several) -> None:
    several.change("systems/west/serve.py", '"healthy"', '"failing"')
    done = several.run("behave", "features/")
    assert done.returncode == 1
    assert (document(several, "east")["decision"], document(several, "west")["decision"]) == ("accepted", "rejected")


def test_a_run_of_one_system_leaves_the_pages_of_the_other_as_they_were(several: Several) -> None:
    several.run("behave", "features/")

    def content() -> dict[str, bytes]:
        files = (path for path in (several.reports / "east").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    before, earlier = content(), document(several, "west")["run"]["run_id"]
    assert several.run("behave", "features/west").returncode == 0
    assert content() == before
    assert document(several, "west")["run"]["run_id"] != earlier
    assert "east/acceptance.html" in (several.reports / "index.html").read_text(encoding="utf-8")


def test_what_is_of_one_system_is_refused_for_several(several: Several) -> None:
    refused = several.run("behave", "features/", "-D", "url=http://127.0.0.1:9")
    assert refused.returncode == 2
    assert "-D url=… is of one system, but these features are of east and west: write -D east.url=…" in refused.stderr
    assert not list(several.reports.rglob("run.json"))


def test_two_folders_about_one_system_are_refused(several: Several) -> None:
    several.write("more/features/east/up.feature", "Feature: Up\n  Example: It\n    Given EAST is running\n")
    refused = several.run("behave", "features/east", "more/features/east")
    assert refused.returncode == 2
    assert "features/east and more/features/east are both about EAST: run each by itself" in refused.stderr


def test_all_systems_are_accepted_in_turn(several: Several) -> None:
    several.with_generator()
    several.change("systems/west/serve.py", '"healthy"', '"failing"')
    done = several.run("support", "accept", "--system", "all")
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stdout.splitlines()
    after = said[said.index("All systems:") + 1 :]
    assert after == [
        f"  EAST: ACCEPTED, 1 of 1 criterion met: {several.reports}/east/acceptance.html",
        f"  WEST: REJECTED, 0 of 1 criterion met: {several.reports}/west/acceptance.html",
    ]
    assert document(several, "east")["run"]["run_id"] != document(several, "west")["run"]["run_id"]
    several.change("systems/east/system.yaml", "says: EAST", "sayss: EAST")
    done = several.run("support", "accept", "--system", "all")
    assert done.returncode == 2
    assert "  east: NOT RUN, " in done.stdout
    assert "  WEST: REJECTED" in done.stdout


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (["--url", "http://127.0.0.1:9"], "--url"),
        (["--definition", "systems/east/system.yaml"], "--definition"),
        (["features/east"], "features"),
        (["-D", "url=http://127.0.0.1:9", "features/east"], "--url and features"),
    ],
)
def test_what_fits_one_system_only_is_refused_for_all(several: Several, given: list[str], what: str) -> None:
    refused = several.run("support", "accept", "--system", "all", *given)
    assert refused.returncode == 2
    told = f"signoff: --system all runs every system, and {what} can only be about one: name that one\n"
    assert refused.stderr == told
    assert not several.reports.exists()

"""What stands on disk: nothing unredacted, nothing of others removed, whole files while several processes write."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base.outcomes import Outcome
from support.evidence import events
from support.evidence.attachments import LONGEST, Evidence, Media, Nowhere, record_with, shorten
from support.evidence.redaction import redactor
from support.evidence.results_folder import ResultsFolder, ResultsLost
from tests.support.evidence.conftest import Tree, parameters

ONE = "Feature: One\n  Scenario: it\n    Then it is true\n"

LEAKING = """
import allure
from behave import given
from pathlib import Path
from support.evidence.attachments import Evidence
from support.evidence.redaction import redactor

@given("a step that knows a secret")
def leaks(context):
    redactor.register("hunter2-known")
    evidence = Evidence()
    evidence.text("exchange", "GET /services\\nAuthorization: Bearer hunter2-header\\n\\nhunter2-known")
    evidence.json("body", {"token": "hunter2-json", "kept": 12})
    evidence.parameter("with", "hunter2-known")
    allure.attach(b"key hunter2-known", name="bytes")
    Path("file.log").write_text("CAIO_AUTH_SECRET_KEY=hunter2-env")
    allure.attach.file("file.log", name="log hunter2-known")
    print("printed hunter2-known")
    with allure.step("with hunter2-known"):
        raise ValueError("refused: hunter2-known")
"""


def test_no_secret_reaches_the_disk(tree: Tree) -> None:
    tree.write("features/one.feature", "Feature: One\n  Scenario: it\n    Given a step that knows a secret\n")
    tree.write("steps/leaking.py", LEAKING)
    run = tree.run()
    result = run.only()
    assert "hunter2" not in run.everything()
    assert result["statusDetails"]["message"] == "ValueError: refused: [redacted]"
    assert parameters(result)["with"] == "[redacted]"
    assert "[redacted]" in result["statusDetails"]["trace"]
    assert '"kept": 12' in run.everything()


def test_several_processes_write_into_one_folder(tree: Tree) -> None:
    tree.write(
        "features/a.feature",
        "Feature: Many\n" + "".join(f"  Scenario: s{number}\n    Given it is so\n" for number in range(20)),
    )
    shards = [
        subprocess.Popen(
            tree.command("-D", "clean=false", "-D", f"shard={interface}", "-D", f"interface={interface}"),
            cwd=tree.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for interface in ("http", "python")
    ]
    assert [shard.wait(timeout=60) for shard in shards] == [0, 0]
    run = tree.read()
    assert len(run.results) == 40
    assert len({result["historyId"] for result in run.results}) == 40
    assert not list(run.folder.glob("*.tmp"))


def test_earlier_results_are_removed_and_other_files_stay(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("reports/allure-results/mine.txt", "kept")
    before = tree.run().only()["uuid"]
    assert tree.run().only()["uuid"] != before
    assert (tree.root / "reports/allure-results/mine.txt").read_text() == "kept"


def test_results_follow_the_reports_setting(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.run("-D", "reports=elsewhere")
    assert len(list((tree.root / "elsewhere/features/allure-results").glob("*-result.json"))) == 1
    assert not (tree.root / "reports").exists()


def test_a_folder_that_cannot_be_made_ends_the_run_with_one_message(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("reports", "a file where the folder should be")
    run = tree.run()
    assert run.status == 1
    assert "results cannot be written to" in run.output
    assert "Traceback" not in run.output


def test_a_disk_that_fills_up_ends_the_run_in_order(tree: Tree) -> None:
    tree.write("features/one.feature", ONE)
    tree.write("features/two.feature", ONE)
    tree.write(
        "environment.py",
        """
        import errno
        from support.evidence.results_folder import ResultsFolder

        def before_feature(context, feature):
            def full(self, name, content):
                raise OSError(errno.ENOSPC, "No space left on device")
            ResultsFolder._write = full

        def after_all(context):
            print("the run was ended in order")
        """,
    )
    run = tree.run("--no-capture", "--no-capture-hooks")
    assert run.status == 1
    assert run.output.count("No space left on device") == 1
    assert "the run was ended in order" in run.output
    assert "Traceback" not in run.output


def test_a_half_written_file_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ResultsFolder(tmp_path, clean=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ResultsLost, match="No space left on device"):
        folder.record("result", {"name": "it"})
    assert list(tmp_path.iterdir()) == []


def test_a_followed_run_tells_of_each_scenario_as_it_goes(tree: Tree) -> None:
    tree.write("features/one.feature", ONE + "  Scenario: bad\n    Then it is false\n")
    tree.run("-D", "run_id=r7", "-D", "shard=s2")
    seen = list(events.read(events.path_of(tree.root / "reports" / "run" / "r7", "s2")))
    assert [(event.event, event.name, event.outcome) for event in seen] == [
        ("started", "it", None),
        ("finished", "it", Outcome.MET),
        ("started", "bad", None),
        ("finished", "bad", Outcome.NOT_MET),
    ]
    assert all(event.seconds is not None and event.seconds >= 0 for event in seen if event.event == "finished")


def test_a_line_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    log = events.EventLog(tmp_path / "events-main.jsonl")
    log.started("k", "it")
    with (tmp_path / "events-main.jsonl").open("a") as file:
        file.write('{"t": 1.0, "event": "fin')
    assert [event.key for event in events.read(tmp_path / "events-main.jsonl")] == ["k"]


def test_no_events_yet_is_no_error(tmp_path: Path) -> None:
    assert list(events.read(tmp_path / "none.jsonl")) == []


class Kept:
    """A recorder that keeps what it is given."""

    def __init__(self) -> None:
        self.attached: list[tuple[str, str | bytes, Media]] = []

    def attach(self, name: str, body: str | bytes, media: Media) -> None:
        self.attached.append((name, body, media))

    def parameter(self, name: str, value: str) -> None:
        self.attached.append((name, value, Media.TEXT))


@pytest.fixture
def kept() -> Iterator[Kept]:
    """The recorder of this test."""

    recorder = Kept()
    record_with(recorder)
    yield recorder
    record_with(Nowhere())


def test_an_observation_is_one_figure_beside_its_limit(kept: Kept) -> None:
    Evidence().observation("slowest answer", 12.5, limit=20, unit="ms", samples=100)
    name, body, media = kept.attached[0]
    assert (name, media) == ("observation", Media.JSON)
    assert '"observed": 12.5' in str(body)
    assert '"samples": 100' in str(body)


def test_a_long_text_keeps_its_beginning_and_its_end(kept: Kept) -> None:
    Evidence().text("log", "start" + "x" * LONGEST + "end")
    body = str(kept.attached[0][1])
    assert body.startswith("start")
    assert body.endswith("end")
    assert "8 characters left out" in body
    assert shorten("short") == "short"


def test_redaction_is_one_for_the_process() -> None:
    redactor.register("a-secret-for-this-test")
    assert redactor.text("it is a-secret-for-this-test.") == "it is [redacted]."

"""Every fault is journalled and healed on every way out; what cannot be healed is broken, never a verdict."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from support.base.outcomes import Broken, NotMet
from support.faults import Damaged, Fault, Killed, LockedDatabase, MovedAway, Paused


class Switch(Fault):
    """A fault for tests, of a system that is just a list of what was done to it."""

    def __init__(self, done: list[str], *, broken: str = "", steady: list[bool] | None = None) -> None:
        super().__init__("switch off", steady.pop if steady is not None else None, settle=0.01)
        self.done, self.broken = done, broken

    def _inject(self) -> None:
        self.done.append("off")
        if self.broken == "inject":
            raise OSError("stuck half-way")

    def _heal(self) -> None:
        if self.broken == "heal":
            raise OSError("stuck")
        self.done.append("on")


def said(fault: Fault) -> list[str]:
    return [event.what for event in fault.journal]


def test_it_is_injected_observed_and_healed_in_this_order() -> None:
    with Switch([], steady=[True, True]) as fault:
        fault.observed("no light")
    assert said(fault) == [
        "steady state seen before the fault",
        "injected: switch off",
        "observed: no light",
        "healed: switch off",
        "steady state seen after the healing",
    ]
    assert [event.at for event in fault.journal] == sorted(event.at for event in fault.journal)
    assert [event.kind for event in fault.journal] == ["steady", "injected", "observed", "healed", "steady"]


@pytest.mark.parametrize("way_out", [KeyboardInterrupt, SystemExit, AssertionError, RuntimeError])
def test_it_is_healed_on_every_way_out(way_out: type[BaseException]) -> None:
    done: list[str] = []
    with pytest.raises(way_out), Switch(done):
        raise way_out
    assert done == ["off", "on"]


def test_it_is_healed_when_it_was_injected_half_way() -> None:
    done: list[str] = []
    with pytest.raises(OSError, match="half-way"), Switch(done, broken="inject"):
        pytest.fail("must not be reached")
    assert done == ["off", "on"]


def test_healing_twice_heals_once() -> None:
    done: list[str] = []
    fault = Switch(done).inject()
    fault.heal()
    fault.heal()
    assert done == ["off", "on"]


def test_injecting_twice_is_refused() -> None:
    fault = Switch([]).inject()
    with pytest.raises(Broken, match="injected already"):
        fault.inject()


def test_what_cannot_be_healed_is_broken() -> None:
    with pytest.raises(Broken, match="switch off: could not be healed: stuck"), Switch([], broken="heal"):
        pass


def test_a_promise_seen_broken_stays_not_met_when_the_healing_fails_too() -> None:
    with pytest.raises(NotMet, match="no answer") as failure, Switch([], broken="heal"):
        raise NotMet("no answer")
    assert failure.value.__notes__ == ["besides: switch off: could not be healed: stuck"]


def test_nothing_is_broken_in_a_system_that_was_not_well() -> None:
    done: list[str] = []
    with pytest.raises(Broken, match="steady state before the fault"), Switch(done, steady=[False] * 100):
        pass
    assert done == []


def test_a_system_that_is_not_well_after_the_healing_is_broken() -> None:
    done: list[str] = []
    fault = Switch(done, steady=[*[False] * 100, True])
    with pytest.raises(Broken, match="steady state after the healing"), fault:
        pass
    assert done == ["off", "on"]
    assert said(fault)[-1] == "not in steady state after the healing"


class Victim:
    """Writes down what is done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def kill(self) -> None:
        self.done.append("kill")

    def restart(self) -> None:
        self.done.append("restart")

    def pause(self) -> None:
        self.done.append("pause")

    def resume(self) -> None:
        self.done.append("resume")


def test_a_killed_process_is_started_again_and_a_frozen_one_goes_on() -> None:
    victim = Victim()
    with Killed(victim, "CAIO killed"), Paused(victim):
        victim.done.append("observed")
    assert victim.done == ["kill", "pause", "observed", "resume", "restart"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "caio.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE services (id TEXT)")
    connection.commit()
    connection.close()
    return path


def write(database: Path) -> None:
    connection = sqlite3.connect(database, timeout=0)
    try:
        with connection:
            connection.execute("INSERT INTO services VALUES ('a')")
    finally:
        connection.close()


def test_a_locked_database_takes_no_writes_until_it_is_healed(database: Path) -> None:
    with LockedDatabase(database), pytest.raises(sqlite3.OperationalError, match="locked"):
        write(database)
    write(database)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="there is no database"), LockedDatabase(tmp_path / "none.db"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_moved_away_comes_back_over_what_was_made_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "kept").write_text("old")
    with MovedAway(folder):
        assert not folder.exists()
        folder.mkdir()
        (folder / "new").write_text("made meanwhile")
    assert [path.name for path in folder.iterdir()] == ["kept"]
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_file_can_be_moved_away_too(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("key")
    with MovedAway(file):
        assert not file.exists()
    assert file.read_text() == "key"


def test_a_damaged_file_has_other_content_of_the_same_length_until_it_is_restored(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(b"-----BEGIN PRIVATE KEY-----")
    with Damaged(file):
        assert file.read_bytes() != b"-----BEGIN PRIVATE KEY-----"
        assert len(file.read_bytes()) == 27
        assert file.read_bytes().startswith(b"-----")
    assert file.read_bytes() == b"-----BEGIN PRIVATE KEY-----"


def test_a_file_of_one_byte_can_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "flag"
    file.write_bytes(b"1")
    with Damaged(file):
        assert file.read_bytes() != b"1"


def test_the_damage_can_be_given(tmp_path: Path) -> None:
    file = tmp_path / "policies.yaml"
    file.write_text("[]")
    with Damaged(file, b"- {type: [}"):
        assert file.read_text() == "- {type: [}"
    assert file.read_text() == "[]"


def test_what_is_not_there_cannot_be_damaged_or_moved(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="no file"):
        Damaged(tmp_path / "none").inject()
    with pytest.raises(Broken, match="to move away"):
        MovedAway(tmp_path / "none").inject()

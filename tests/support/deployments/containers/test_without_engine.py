"""Machines without a container engine, or without the right to use it: said clearly and at once, and never an error."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import NotVerified, UsageError
from support.base.settings import ROOT, Settings
from support.deployments.containers import engine, leftover_probe, sweeping
from support.run import preflight
from support.world import hooks

NOWHERE = "unix:///nonexistent"


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    """The answer is kept for as long as a process lives."""
    engine.why_not.cache_clear()
    yield
    engine.why_not.cache_clear()


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)


def deaf(path: Path) -> str:
    """A socket that nobody listens at."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        made.bind(str(path))
    return f"unix://{path}"


def signoff(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "support", *arguments]
    environment = {**os.environ, "DOCKER_HOST": NOWHERE, "COLUMNS": "200"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("nowhere")
def test_the_reason_says_where_an_engine_was_looked_for_and_what_to_do() -> None:
    assert engine.why_not() == f"no container engine answers at {NOWHERE}: no such file or directory"
    with pytest.raises(NotVerified, match=r"no container engine answers at .*`signoff doctor` tells how to get one"):
        engine.connect()


@pytest.mark.parametrize(
    ("address", "why"), [("tcp://127.0.0.1:1", "connection refused"), ("nonsense", "Invalid bind address")]
)
def test_other_addresses_have_their_reason_too(address: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    assert engine.why_not().startswith(f"no container engine answers at {address}: {why}")


def test_a_socket_that_nobody_listens_at_is_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", deaf(tmp_path / "sock"))
    assert engine.why_not().endswith("connection refused")
    assert leftover_probe.empty()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give rights up for a moment")
def test_who_has_no_right_to_the_engine_is_told_so(tmp_path: Path) -> None:
    address = deaf(tmp_path / "sock")
    (tmp_path / "sock").chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.environ["DOCKER_HOST"] = address
        os.setresuid(65534, 65534, 65534)
        os.write(write, json.dumps([engine.why_not(), leftover_probe.empty(), sweeping.sweep()]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    reason, empty, notes = json.loads(os.read(read, 4096))
    os.close(read)
    assert reason == f"no container engine answers at {address}: permission denied"
    assert (empty, notes) == (True, [])


@pytest.mark.usefixtures("nowhere")
def test_scenarios_about_containers_are_not_verified_and_a_run_in_containers_is_refused() -> None:
    caio = systems.find("caio")
    assert NOWHERE in hooks.missing(["http", "containers"], caio, Settings())
    with pytest.raises(UsageError, match="without it --deployment process works"):
        preflight.check_containers(caio, Settings(deployment="container"))


@pytest.mark.usefixtures("nowhere")
def test_there_is_nothing_to_sweep_and_nothing_leaks() -> None:
    assert sweeping.sweep() == []
    assert sweeping.leaks("some") == []


def test_the_commands_end_with_one_message(tmp_path: Path) -> None:
    for arguments in (["accept", "--deployment", "container", "--reports", str(tmp_path)], ["image"]):
        ended = signoff(*arguments)
        assert ended.returncode == 2
        assert ended.stdout == ""
        (line,) = ended.stderr.splitlines()
        assert line.startswith(f"signoff: no container engine answers at {NOWHERE}: no such file or directory; ")


def test_a_run_tells_what_is_not_verified_and_why_and_nothing_is_broken(tmp_path: Path) -> None:
    ended = signoff("accept", "--tags", "CAIO-DEPLOY-02", "--reports", str(tmp_path))
    assert ended.stderr == ""
    assert f"no container engine answers at {NOWHERE}" in ended.stdout
    told = [json.loads(path.read_text()) for path in (tmp_path / "caio" / "allure-results").glob("*-result.json")]
    assert told
    assert {each["status"] for each in told} == {"skipped"}

"""The processes as they are run: API workers, a queue worker, and the fallback for Redis."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

START_SECONDS = 60
STOP_SECONDS = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATION_")}
    return {
        **kept,
        "AUTOMATION_DATA_DIR": str(folder / "data"),
        "AUTOMATION_REDIS_URL": "redis://127.0.0.1:9/0",
        "AUTOMATION_LOG_FORMAT": "json",
        **more,
    }


@contextlib.contextmanager
def running(*arguments: str, told: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "automation", *arguments],
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait(condition: Callable[[], Any]) -> Any:
    ends = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.HTTPError):
            found = condition()
            if found:
                return found
        assert time.monotonic() < ends, "in vain"
        time.sleep(0.05)


def stop(process: subprocess.Popen[str]) -> int:
    process.terminate()
    return process.wait(STOP_SECONDS)


def test_several_processes_are_one_system_and_stop_cleanly(tmp_path: Path) -> None:
    port, health = free_port(), free_port()
    told = environment(
        tmp_path, AUTOMATION_PORT=str(port), AUTOMATION_WORKERS="2", AUTOMATION_RATE_LIMIT_MAX_REQUESTS="1000"
    )
    url = f"http://127.0.0.1:{port}"
    with running("serve", told=told) as api, running("worker", "--health-port", str(health), told=told) as worker:
        wait(lambda: httpx.get(f"{url}/health", trust_env=False).json()["redis"] == "fallback")
        wait(lambda: httpx.get(f"http://127.0.0.1:{health}/health", trust_env=False).json()["redis"] == "fallback")
        clients = [httpx.Client(base_url=url, trust_env=False) for _ in range(8)]
        before = clients[0].get("/metrics").json()["requests_total"]
        runs = [client.post("/api/workflows", json={}).json()["workflow_id"] for client in clients]
        after = clients[0].get("/metrics").json()["requests_total"]
        assert after - before == len(clients) + 1
        for run in runs:
            wait(lambda run=run: clients[0].get(f"/api/workflows/{run}/status").json()["status"] == "completed")  # type: ignore[misc]
        assert "automation_jobs_done_total" in httpx.get(f"http://127.0.0.1:{health}/metrics", trust_env=False).text
        for client in clients:
            client.close()
        assert stop(worker) == 0
        assert stop(api) == 0
    assert not (tmp_path / "data/fallback-redis.url").exists()


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_without_the_redis_that_is_required_nothing_starts(tmp_path: Path, command: str) -> None:
    told = environment(tmp_path, AUTOMATION_REDIS_REQUIRED="true", AUTOMATION_PORT=str(free_port()))
    with running(command, told=told) as process:
        output, _ = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    assert "AUTOMATION_REDIS_REQUIRED" in output.splitlines()[-1]


def test_a_port_that_is_taken_ends_the_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = environment(tmp_path, AUTOMATION_PORT=str(taken.getsockname()[1]))
        with running("serve", told=told) as process:
            output, _ = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    assert "AUTOMATION_PORT" in output.splitlines()[-1]
    assert not (tmp_path / "data").exists()

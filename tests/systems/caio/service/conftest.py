"""What the tests of CAIO's service share: apps in this process, and real processes on free loopback ports."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from caio.api import create_app
from starlette.testclient import TestClient

ADMIN, USER, SERVICE = "admin-token-1111", "user-token-2222", "service-token-3333"
TOKENS = f"{ADMIN}:admin,{USER}:user,{SERVICE}:service"

Open = Callable[..., TestClient]


def contract(service_id: str = "local-chat", **changes: Any) -> dict[str, Any]:
    """A valid contract, with top-level sections changed."""
    return {
        "service_id": service_id,
        "name": service_id,
        "version": "1.0.0",
        "capabilities": [{"type": "chat", "accuracy": {"min": 0.9}}],
        "api": {
            "protocol": "http",
            "base_url": "http://127.0.0.1:9",
            "endpoints": [{"path": "/chat", "method": "POST", "idempotent": True}],
        },
        **changes,
    }


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CAIO_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens an app with the CAIO_ variables given; its lifespan ends with the test."""
    with contextlib.ExitStack() as stack:

        def start(**variables: object) -> TestClient:
            for name, value in variables.items():
                monkeypatch.setenv(f"CAIO_{name}", str(value))
            return stack.enter_context(TestClient(create_app(), raise_server_exceptions=False))

        yield start


@pytest.fixture
def client(open_app: Open) -> TestClient:
    return open_app()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One process, its log and its address."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, port: int) -> None:
        self.log = log
        self.url = f"http://127.0.0.1:{port}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CAIO_")}
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, env={**clean, **environment}, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=10)

    def ready(self, path: str) -> Running:
        until(lambda: self.answers(path), f"{self.url}{path} answers; log: {self.log.read_text()}")
        return self

    def answers(self, path: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.http.get(path).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.kill()


def until(condition: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Waits for a condition, far longer than it should ever take."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"waited in vain until {what}"
        time.sleep(0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts CAIO as a process; the same data folder each time unless told otherwise."""
    with contextlib.ExitStack() as stack:

        def run(ready: str | None = "/health/ready", **variables: object) -> Running:
            port = free_port()
            environment = {"CAIO_PORT": str(port), "CAIO_DATA_DIR": str(tmp_path / "data"), "CAIO_LOG_FORMAT": "json"}
            # What a killed process leaves goes with the test.
            environment["TMPDIR"] = str(tmp_path)
            environment |= {f"CAIO_{name}": str(value) for name, value in variables.items()}
            running = Running([sys.executable, "-m", "caio", "serve"], environment, tmp_path / "log", port)
            stack.callback(running.close)
            return running.ready(ready) if ready else running

        yield run


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a real AI service."""
    with contextlib.ExitStack() as stack:

        def run(name: str, port: int | None = None) -> Running:
            port = port or free_port()
            command = [sys.executable, "-m", "backends", "--name", name, "--port", str(port)]
            running = Running(command, {}, tmp_path / f"{name}.log", port)
            stack.callback(running.close)
            return running.ready("/health")

        yield run

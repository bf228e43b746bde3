"""A real server to put load on, and what the processes of a load leave."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.deployments import processes
from support.deployments.ports import HOST, HeldPort

TARGET = Path(__file__).with_name("tiny_target.py")


@dataclass
class Target:
    """A server that runs: its address and its process."""

    url: str
    process: subprocess.Popen[bytes]

    def usage(self) -> processes.Usage:
        return processes.usage(self.process.pid)


@pytest.fixture
def start() -> Iterator[Callable[..., Target]]:
    """Starts a server at an address; ``stalls=50`` and the like say at which request it misbehaves."""
    started: list[Target] = []
    ports: list[HeldPort] = []

    def begin(tls: dict[str, str] | None = None, at: str = HOST, **trouble: int) -> Target:
        ports.append(HeldPort())
        port = ports[-1].number
        misbehaves = {f"TARGET_{what.upper()}_AT": str(number) for what, number in trouble.items()}
        environment = {**os.environ, **misbehaves, **(tls or {})}
        command = [sys.executable, str(TARGET), str(port), at]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        started.append(Target(f"{'https' if tls else 'http'}://{at}:{port}", process))
        return started[-1]

    yield begin
    for target in started:
        target.process.kill()
        target.process.communicate()
    for port in ports:
        port.release()


@pytest.fixture
def target(start: Callable[..., Target]) -> Target:
    return start()

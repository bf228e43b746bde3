"""Network stacks of their own, as other machines have, each linked to this one by a cable that can be cut.

They are Linux's network namespaces; their addresses are those that are set aside for tests of networks (RFC 2544).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

_OURS = re.compile(r"^signoff-(\d+)-\d+\b")
_PLACES = 250 * 64
"""Cables whose addresses fit into 198.18.0.0/15, with room to spare."""


@dataclass(frozen=True)
class Stack:
    """One of them: its name, the end of its cable on this machine, and the addresses at both ends."""

    name: str
    cable: str
    here: str
    there: str

    def inside(self, *command: str) -> list[str]:
        """A command as it is to be started for its program to run there."""
        return ["ip", "netns", "exec", self.name, *command]

    def cut(self) -> None:
        """From now on nothing comes through the cable, and nobody is told."""
        _ip("link", "set", "dev", self.cable, "down")

    def mend(self) -> None:
        """Join the cable again."""
        _ip("link", "set", "dev", self.cable, "up")


@contextmanager
def stacks(count: int) -> Iterator[list[Stack]]:
    """So many stacks, gone afterwards. Where none can be made the test is skipped with the reason; on CI it fails."""
    if reason := _why_not():
        if os.environ.get("CI"):
            pytest.fail(f"network stacks cannot be made: {reason}")
        pytest.skip(f"network stacks cannot be made: {reason}")
    _sweep()
    with ExitStack() as gone:
        yield [gone.enter_context(_stack(number)) for number in range(count)]


@contextmanager
def _stack(number: int) -> Iterator[Stack]:
    name, cable = f"signoff-{os.getpid()}-{number}", f"so{os.getpid()}-{number}"
    block = (os.getpid() * 4 + number) % _PLACES
    net = f"198.18.{block // 64}.{{}}"
    stack = Stack(name, cable, net.format(block % 64 * 4 + 1), net.format(block % 64 * 4 + 2))
    with ExitStack() as gone:
        _ip("netns", "add", name)
        gone.callback(_ip, "netns", "del", name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        gone.callback(_ip, "link", "del", cable)
        _ip("addr", "add", f"{stack.here}/30", "dev", cable)
        _ip("link", "set", "dev", cable, "up")
        _ip("-n", name, "link", "set", "dev", "lo", "up")
        _ip("-n", name, "addr", "add", f"{stack.there}/30", "dev", "eth0")
        _ip("-n", name, "link", "set", "dev", "eth0", "up")
        _ip("-n", name, "route", "add", "default", "via", stack.here)
        yield stack


def left() -> list[str]:
    """The stacks and cables of this process that are still there."""
    named = _ip("netns", "list") + _ip("-o", "link", "show")
    return [line for line in named.splitlines() if f"signoff-{os.getpid()}-" in line or f"so{os.getpid()}-" in line]


def _why_not() -> str:
    if not Path("/proc/self/ns/net").exists():
        return "this is not Linux"
    try:
        _ip("netns", "add", probe := f"signoff-{os.getpid()}-999")
        _ip("netns", "del", probe)
    except FileNotFoundError:
        return "there is no `ip` (apt-get install iproute2)"
    except RuntimeError as error:
        return str(error)
    return ""


def _sweep() -> None:
    """Remove what tests that were killed have left."""
    for line in _ip("netns", "list").splitlines():
        if (found := _OURS.match(line)) and not psutil.pid_exists(int(found[1])):
            _ip("netns", "del", found[0])


def _ip(*arguments: str) -> str:
    """Raises RuntimeError with what `ip` says is wrong."""
    done = subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"`ip {' '.join(arguments)}`: {done.stderr.strip() or done.returncode}")
    return done.stdout

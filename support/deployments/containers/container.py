"""One container: its life, its state, what it wrote, what it uses, and commands run inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.base.outcomes import WaitedInVain
from support.base.text import decoded
from support.base.waiting import until
from support.deployments.containers.sdk import EngineTrouble, Gone, calling
from support.deployments.processes import Usage

_NANO = 1_000_000_000
_POLL = 0.05
"""Seconds between two looks at a container that is waited for."""


@dataclass(frozen=True, slots=True)
class ContainerState:
    """How a container is: ``status`` and ``health`` as the engine has them, exit code once it has ended."""

    status: str
    health: str
    exit_code: int | None
    out_of_memory: bool
    pid: int
    restarts: int

    @property
    def running(self) -> bool:
        """Whether its process runs (frozen counts as running)."""
        return self.status in ("running", "paused")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command inside a container: exit code and all it wrote."""

    exit_code: int
    output: str


class Container:
    """A container of the engine. What fails raises EngineTrouble; a container that is gone raises Gone."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.id: str = raw.id
        self.name: str = raw.name

    def start(self) -> None:
        """Start its process; returns before it is ready."""
        with calling(f"container {self.name} could not be started"):
            self._raw.start()

    def stop(self, grace: float) -> None:
        """Send its stop signal, wait ``grace`` seconds, then kill it."""
        with calling(f"container {self.name} could not be stopped"):
            self._raw.stop(timeout=max(1, round(grace)))

    def signal(self, name: str) -> None:
        """Send its first process a signal such as SIGTERM; nothing happens if it does not run."""
        try:
            with calling(f"container {self.name} could not be sent {name}"):
                self._raw.kill(signal=name)
        except EngineTrouble:
            if self.state().running:
                raise

    def kill(self) -> None:
        """End it at once (SIGKILL); nothing happens if it does not run."""
        self.signal("SIGKILL")

    def pause(self) -> None:
        """Freeze all its processes; the kernel still accepts connections for it."""
        with calling(f"container {self.name} could not be frozen"):
            self._raw.pause()

    def resume(self) -> None:
        """Let it go on; nothing happens if it is not frozen."""
        if self.state().status == "paused":
            with calling(f"container {self.name} could not be let go on"):
                self._raw.unpause()

    def state(self) -> ContainerState:
        """How it is now."""
        told = self.details()["State"]
        ended = told["Status"] in ("exited", "dead")
        return ContainerState(
            status=told["Status"],
            health=(told.get("Health") or {}).get("Status", "none"),
            exit_code=int(told["ExitCode"]) if ended else None,
            out_of_memory=bool(told.get("OOMKilled")),
            pid=int(told.get("Pid") or 0),
            restarts=int(self._raw.attrs.get("RestartCount") or 0),
        )

    def details(self) -> dict[str, Any]:
        """All that the engine knows of it (``docker inspect``)."""
        with calling(f"container {self.name} could not be looked at"):
            self._raw.reload()
        found: dict[str, Any] = self._raw.attrs
        return found

    def address(self, network: str) -> str:
        """Its address on a network; empty while it is not on it."""
        networks = self.details()["NetworkSettings"]["Networks"]
        return str(networks.get(network, {}).get("IPAddress", ""))

    def wait(self, seconds: float) -> int | None:
        """Wait for its end. Returns its exit code, or None if it still runs after ``seconds``."""
        try:
            until(lambda: not self.state().running, seconds, f"container {self.name} to end", poll=_POLL)
        except WaitedInVain:
            return None
        return self.state().exit_code

    def logs(self) -> bytes:
        """All that it wrote to its standard output and error since it was made."""
        with calling(f"the log of container {self.name} could not be read"):
            return bytes(self._raw.logs(stdout=True, stderr=True))

    def run(self, command: list[str], user: str = "", environment: dict[str, str] | None = None) -> Ran:
        """Run a command inside it and wait for its end."""
        with calling(f"a command could not be run in container {self.name}"):
            code, output = self._raw.exec_run(command, user=user, environment=environment or {})
        return Ran(int(code), decoded(bytes(output or b"")))

    def usage(self) -> Usage:
        """What it uses now: memory without the page cache, and the CPU time since its start."""
        with calling(f"what container {self.name} uses could not be read"):
            told = self._raw.client.api.stats(self.id, stream=False, one_shot=True)
        memory = told.get("memory_stats", {})
        cached = memory.get("stats", {}).get("total_inactive_file", memory.get("stats", {}).get("inactive_file", 0))
        processes = int(told.get("pids_stats", {}).get("current") or 0)
        cpu = told.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage", 0) / _NANO
        return Usage(max(0, memory.get("usage", 0) - cached), cpu, processes, processes)

    def set_memory(self, limit: int) -> None:
        """Change the memory it may use, in bytes."""
        with calling(f"the memory of container {self.name} could not be limited"):
            self._raw.update(mem_limit=limit, memswap_limit=limit)

    def remove(self) -> None:
        """End and remove it, with its anonymous volumes; nothing happens if it is gone already."""
        try:
            with calling(f"container {self.name} could not be removed"):
                self._raw.remove(v=True, force=True)
        except Gone:
            return
        except EngineTrouble as error:
            if "already in progress" not in str(error):
                raise

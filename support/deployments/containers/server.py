"""A server in a container: started until ready, stopped, killed, frozen, restarted, with its log kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.base.outcomes import Broken, DeploymentFailed, WaitedInVain
from support.base.settings import Settings
from support.base.text import decoded
from support.base.waiting import until
from support.deployments.containers.container import Container, ContainerState, Ran
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.sdk import LOOPBACK, EngineTrouble
from support.deployments.containers.spec import ContainerSpec
from support.deployments.ports import HeldPort
from support.deployments.processes import Usage
from support.deployments.readiness import Probe, probe

_ATTEMPTS = 3
"""Starts that are tried when the chosen port turns out to be taken."""
_TAKEN = ("address already in use", "port is already allocated")
_LAST_LINES = 12
_POLL = 0.05
_NEVER = ContainerState("never started", "none", None, False, 0, 0)


@dataclass(slots=True)
class Launch:
    """What is started: whose container it is, its specification, and the path that tells it is ready."""

    title: str
    spec: ContainerSpec
    inside_port: int
    ready: str | None


class ContainerServer:
    """One server in a container; ``launch`` is asked anew for each start, because settings may have changed.

    The published port, on the loopback address, is chosen when the object is made and stays the same.
    """

    kind = "container"

    def __init__(self, host: ContainerHost, launch: Callable[[], Launch], settings: Settings, folder: Path) -> None:
        self.host = host
        self._launch = launch
        self._settings = settings
        self.folder = folder
        self._port = HeldPort()
        self._container: Container | None = None
        self._made_of: ContainerSpec | None = None
        self._earlier = b""
        self.authority: Path | None = None
        """The certificate of the authority that its own is verified by; None where it speaks plain HTTP."""
        self.client_certificate: Path | None = None
        """The certificate and key (PEM) that clients show it; None where it asks for none."""
        self.ready_seconds: list[float] = []
        self.notes: list[str] = []
        """What had to be done to it that is not as it should be: "had to be killed"."""

    def trust(self, authority: Path, client_certificate: Path | None) -> None:
        """From now on it speaks TLS: whom clients trust, and the certificate that they show, if it asks for one."""
        self.authority, self.client_certificate = authority, client_certificate

    @property
    def url(self) -> str:
        """Where it answers on this machine."""
        return f"{'https' if self.authority else 'http'}://{LOOPBACK}:{self.port}"

    @property
    def direct_url(self) -> str:
        """Where it answers on the containers' network, past the engine's port forwarding; empty while it is not on it.

        Not every machine reaches that network: where the engine runs in a virtual machine it does not.
        """
        launch = self._launch()
        address = self.container.address(launch.spec.network or "")
        return f"{'https' if self.authority else 'http'}://{address}:{launch.inside_port}" if address else ""

    @property
    def port(self) -> int:
        """Its published port on the loopback address."""
        return self._port.number

    @property
    def container(self) -> Container:
        """The container itself. Raises Broken before the first start."""
        if self._container is None:
            raise Broken(f"{self._launch().title} was never started")
        return self._container

    @property
    def state(self) -> ContainerState:
        """How the container is."""
        return self._container.state() if self._container else _NEVER

    @property
    def running(self) -> bool:
        """Whether its process runs (frozen counts as running)."""
        return self.state.running

    @property
    def exit_code(self) -> int | None:
        """How it ended: 128 plus the number of the signal, or its status; None while it runs."""
        return self.state.exit_code

    def start(self) -> None:
        """Start it and wait until it is ready. Raises DeploymentFailed, with its last log lines, if it is not."""
        if self.running:
            raise Broken(f"{self._launch().title} runs already ({self.container.name})")
        began = time.monotonic()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self.launch()
            except EngineTrouble as error:
                taken = any(each in str(error) for each in _TAKEN)
                if attempt == _ATTEMPTS or not taken or self.ready_seconds:
                    raise DeploymentFailed(f"{self._launch().title} did not start: {error}") from error
                self._choose_another_port()
            else:
                break
        self._await_ready(began)

    def launch(self) -> None:
        """Start its process and do not wait; for a start that is expected to fail."""
        launch = self._launch()
        launch.spec.ports = {launch.inside_port: self.port}
        if self._container is None or launch.spec != self._made_of:
            self._discard()
            self._container = self.host.create(launch.title.replace(" ", "-").lower(), launch.spec)
            self._made_of = launch.spec
        self._container.start()

    def probe(self) -> Probe:
        """See whether it answers as ready now."""
        return probe(self.url, self._launch().ready, self.authority, self.client_certificate)

    def exit_within(self, seconds: float) -> int | None:
        """Wait for it to end by itself. Returns its exit code, or None if it still runs after ``seconds``."""
        return self.container.wait(seconds)

    def stop(self, grace: float | None = None) -> int | None:
        """Ask it to end, wait ``grace`` seconds, then kill it and note that. Returns the exit code."""
        if self._container is None:
            return None
        grace = self._settings.timeouts.stop if grace is None else grace
        if self.running:
            self._container.resume()
            began = time.monotonic()
            self._container.stop(grace)
            if time.monotonic() - began >= max(1, round(grace)):
                self.notes.append(f"did not end within {grace:g} s of being asked to and had to be killed")
        return self.exit_code

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        if self._container is not None and self.running:
            self._container.kill()
            self._container.wait(self._settings.timeouts.stop)

    def pause(self) -> None:
        """Freeze all its processes; the kernel still accepts connections for it."""
        self.container.pause()

    def resume(self) -> None:
        """Let it go on; nothing happens if it is not frozen or has ended."""
        if self._container is not None:
            self._container.resume()

    def restart(self) -> None:
        """Stop it if it runs, and start it again at the same port with the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End and remove it, without grace since its data goes too, and give its port back."""
        self._discard()
        self._port.release()

    def run(self, command: list[str]) -> Ran:
        """Run a command inside it."""
        return self.container.run(command)

    def usage(self) -> Usage:
        """What it uses now."""
        return self.container.usage()

    def log_position(self) -> int:
        """Where its log ends now, in bytes."""
        return len(self._log())

    def logs(self, since: int = 0) -> str:
        """What it logged after a position; bytes that are not UTF-8 are replaced."""
        return decoded(self._log()[since:])

    def _log(self) -> bytes:
        return self._earlier + (self._container.logs() if self._container else b"")

    def _discard(self) -> None:
        if self._container is not None:
            self._earlier = self._log()
            self._container.remove()
            self._container = None

    def _choose_another_port(self) -> None:
        self._discard()
        self._port.release()
        self._port = HeldPort()

    def _await_ready(self, started: float) -> None:
        launch, timeouts = self._launch(), self._settings.timeouts
        seen, running = Probe(False, ""), True

        def decided() -> bool:
            nonlocal seen, running
            seen = probe(self.url, launch.ready, self.authority, self.client_certificate)
            running = seen.ready or self.running
            return seen.ready or not running

        try:
            until(decided, timeouts.start, f"{launch.title} to be ready", _POLL)
        except WaitedInVain as error:
            self.kill()
            raise self._failed(launch, f"was not ready ({seen.said})", started) from error
        except BaseException:
            self.kill()
            raise
        if not running:
            raise self._failed(launch, f"ended with exit code {self.exit_code}", started)
        self.ready_seconds.append(time.monotonic() - started)

    def _failed(self, launch: Launch, how: str, started: float) -> DeploymentFailed:
        last = "\n".join(f"  {line}" for line in self.logs().splitlines()[-_LAST_LINES:]) or "  (it wrote nothing)"
        return DeploymentFailed(
            f"{launch.title} did not start: it {how} after {time.monotonic() - started:.1f} s; its last lines:\n"
            f"{last}\ncontainer: {self.container.name}, image {launch.spec.image}"
        )

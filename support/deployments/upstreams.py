"""An upstream of the system under test as two processes: the model server, and the fault proxy before it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from support.base.settings import Settings
from support.base.upstreams import UpstreamAddress
from support.deployments.journal import RunJournal
from support.deployments.ports import HOST, HeldPort
from support.deployments.server import Launch, ServerProcess

HEALTH = "/health"


class UpstreamPair:
    """One upstream, started with both its processes, in a folder below ``scratch``.

    ``port`` and ``control`` are where its fault proxy and that one's control API listen; free ports if not given. They
    stay the same until it is closed, so that the gateway can be told of them before it is started. ``models`` are those
    that it lists.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        scratch: Path,
        journal: RunJournal | None = None,
        *,
        key: str | None = None,
        models: Sequence[str] = (),
        port: int = 0,
        control: int = 0,
    ) -> None:
        self.name = name
        self._models = models
        self._key = key or f"sk-upstream-{name}-{secrets.token_hex(12)}"
        self._port = HeldPort(port)
        self.service = ServerProcess(self._launch_service, settings, scratch / f"upstream-{name}", journal)
        self.proxy = ServerProcess(
            self._launch_proxy, settings, scratch / f"upstream-{name}-proxy", journal, shared_port=True, port=control
        )

    @property
    def address(self) -> UpstreamAddress:
        """Where it is reached."""
        url = f"http://{HOST}:{self._port.number}"
        return UpstreamAddress(self.name, url, self.service.url, self.proxy.url, self._key)

    @property
    def running(self) -> bool:
        """Whether both processes run."""
        return self.service.running and self.proxy.running

    def secrets(self) -> list[str]:
        """The key that it accepts."""
        return [self._key]

    def start(self) -> None:
        """Start both and wait until they are ready. Raises DeploymentFailed; nothing runs then."""
        self.service.start()
        try:
            self.proxy.start()
        except BaseException:
            self.service.kill()
            raise

    def close(self) -> None:
        """End both for good."""
        self.proxy.close()
        self.service.close()
        self._port.release()

    def _launch_service(self, port: int) -> Launch:
        options = ["--host", HOST, "--port", str(port), "--name", self.name, "--key", self._key]
        listed = [word for model in self._models for word in ("--model", model)]
        command = [sys.executable, "-m", "backends.openai", *options, *listed]
        return Launch(f"the upstream {self.name}", command, {}, HEALTH)

    def _launch_proxy(self, control: int) -> Launch:
        ports = ["--port", str(self._port.number), "--control", str(control)]
        service = ["--target", self.service.url, "--key", self._key]
        command = [sys.executable, "-m", "support.upstreams.proxy", "--name", self.name, *ports, *service]
        return Launch(f"the fault proxy of the upstream {self.name}", command, {}, HEALTH)

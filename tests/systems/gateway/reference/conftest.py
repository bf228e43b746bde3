"""The reference gateway with three real upstreams before their fault proxies, as its system.yaml starts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from support.base import systems
from support.base.settings import Settings
from support.base.waiting import until
from support.deployments.topology import TopologyDeployment
from support.upstreams.client import Upstream


@dataclass(slots=True)
class Running:
    """A running gateway and its upstreams."""

    deployment: TopologyDeployment
    upstreams: dict[str, Upstream]

    def ask(
        self, model: str = "gpt-plain", says: str = "one two three", who: str | None = "caller", **options: Any
    ) -> requests.Response:
        """Ask for a chat."""
        headers, timeout = options.pop("headers", {}), options.pop("timeout", 25)
        if who is not None:
            headers = {"Authorization": f"Bearer {self.deployment.system.token(who)}", **headers}
        body = {"model": model, "messages": [{"role": "user", "content": says}], **options}
        url = f"{self.deployment.url}/v1/chat/completions"
        return requests.post(url, json=body, headers=headers, timeout=timeout, stream=bool(body.get("stream")))

    def rest(self) -> None:
        """Heal the upstreams, and wait until the gateway uses the first of them again."""
        for upstream in self.upstreams.values():
            upstream.heal()
        until(lambda: self.ask("gpt-guarded").text.find('"a: ') > 0, 10, "the gateway to be at rest", poll=0.2)
        for upstream in self.upstreams.values():
            upstream.clear()


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    scratch = tmp_path_factory.mktemp("gateway")
    deployment = TopologyDeployment(systems.find("gateway"), {}, Settings(), scratch)
    try:
        deployment.start()
        yield Running(deployment, {name: Upstream(each) for name, each in deployment.upstreams.items()})
    finally:
        deployment.close()


@pytest.fixture
def gateway(started: Running) -> Iterator[Running]:
    started.rest()
    yield started
    for upstream in started.upstreams.values():
        upstream.heal()

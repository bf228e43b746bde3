"""Two real upstreams, and the gateway before them, in this process and with or without a defect."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from support.base.settings import Settings, Timeouts
from support.deployments.server import Launch, ServerProcess
from tests.systems.gateway.promises import ADMIN, ORIGIN, USER, Subject

HERE = Path(__file__).parent
OWN = ("broken", "serve", "openai_gateway")


@pytest.fixture(scope="session")
def limits(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(reports=tmp_path_factory.mktemp("reports"), timeouts=Timeouts(start=120, stop=60))


@pytest.fixture(scope="session")
def upstreams(limits: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    def launch(name: str) -> Callable[[int], Launch]:
        return lambda port: Launch(name, [sys.executable, f"{HERE}/upstream.py", str(port), name], {}, "/health")

    started = [ServerProcess(launch(name), limits, tmp_path_factory.mktemp(name)) for name in ("first", "second")]
    try:
        for each in started:
            each.start()
        yield [each.url for each in started]
    finally:
        for each in started:
            each.close()


@pytest.fixture
def environment(upstreams: list[str]) -> dict[str, str]:
    return {
        "GATEWAY_UPSTREAMS": ",".join(upstreams),
        "GATEWAY_KEYS": f"{ADMIN}:admin,{USER}:user",
        "GATEWAY_CORS_ORIGINS": ORIGIN,
        "GATEWAY_MAX_BODY_BYTES": "2000",
    }


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The launcher broken.py, with the gateway's modules imported anew for this test alone."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # another system's, if its tests ran here before
    yield importlib.import_module("broken")
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]


@pytest.fixture
def make(
    program: Any, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Subject]]:
    """Makes a gateway with these settings besides."""
    clients: list[TestClient] = []

    def gateway(**added: str) -> Subject:
        for name, value in {**environment, **added}.items():
            monkeypatch.setenv(name, value)
        settings = importlib.import_module("openai_gateway.settings").load()
        application = importlib.import_module("openai_gateway.service").application(settings)
        clients.append(TestClient(application, raise_server_exceptions=False))
        clients[-1].__enter__()
        return Subject(clients[-1], lambda: capsys.readouterr().out)

    yield gateway
    for client in clients:
        client.__exit__(None, None, None)

"""Who is measured over HTTP: how each is started, on 127.0.0.1 and off the network, and what it is asked.

All get the same chat request and hand it to the same backend, without authentication, with one worker and with retries
off or unused; everything else is as each is shipped. CAIO stores every decision on disk before it answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from caio.config import Settings

from bench.caio.peers import environments, stub
from bench.caio.peers.environments import HERE, Environment
from bench.caio.routing import contract
from bench.servers import Launch, NotAvailable, ask
from support.deployments.ports import HOST, HeldPort

NUMBER = "000000000000"
"""Stands in every request where a number of its own is put, so that no two requests are alike."""
CHAT = {"model": "stub", "messages": [{"role": "user", "content": f"Where is order {NUMBER}?"}]}
INPUT = {"model": "stub", "messages": [{"role": "user", "content": "Where is order 123456789012?"}]}
"""The same, as CAIO hands it on; there the number is in the request that it decides about."""
COMPLETIONS = "/v1/chat/completions"
SLOWEST_MS = 5000.0
"""What the contract promises of the backend; CAIO gives up a call that takes much longer, the others later still."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """A POST, and what its answer must contain; ``backend`` says whether the backend is to be called for it.

    ``{backend}`` in a header stands for the backend's address.
    """

    path: str
    body: Mapping[str, object]
    headers: Mapping[str, str]
    contains: str = stub.SAID
    backend: bool = True

    @property
    def content(self) -> bytes:
        """The body, with the number still zero."""
        return json.dumps(self.body).encode()

    def headers_for(self, backend: str) -> dict[str, str]:
        """What is sent besides the body."""
        given = {name: value.format(backend=backend) for name, value in self.headers.items()}
        return {"Host": HOST, "Content-Type": "application/json", **given}

    def on_the_wire(self, backend: str) -> bytes:
        """The whole request as it is sent, with the number still zero."""
        headers = self.headers_for(backend)
        lines = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, f"Content-Length: {len(self.content)}", "", ""]).encode() + self.content


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contender is to run: in this folder, at this port, before this backend."""

    folder: Path
    port: int
    backend: str


@dataclass(frozen=True, slots=True)
class Contender:
    """One that is measured. ``launch`` is told where, and in what environment if it needs one of its own."""

    name: str
    ask: Ask
    launch: Callable[[Place, Path], Launch]
    environment: Environment | None = None
    prepare: Callable[[str, str], None] = field(default=lambda _url, _backend: None)
    """Given the contender's address and the backend's, before anything is asked."""

    def started(self, folder: Path, backend: str, port: HeldPort, say: Say) -> Launch:
        """How it is started; its environment is installed when it is missing. Raises NotAvailable."""
        home = self.environment.ready(say) if self.environment else Path(sys.prefix)
        return self.launch(Place(folder, port.number, backend), home)


def contenders() -> list[Contender]:
    """Everybody, ours first; CAIO with two workers only where it can have them."""
    dispatch = Ask("/api/v1/dispatch", {**_request(), "input": INPUT}, {})
    route = Ask("/api/v1/route", _request(), {}, contains='"service-00001"', backend=False)
    ours = [_caio(DISPATCH, dispatch), _caio(ROUTE, route)]
    if "workers" in Settings.model_fields:
        two = {"CAIO_WORKERS": "2"}
        ours += [_caio(f"{DISPATCH}{TWO}", dispatch, two), _caio(f"{ROUTE}{TWO}", route, two)]
    keyed = {"Authorization": "Bearer none"}
    chat = Ask(COMPLETIONS, CHAT, keyed)
    routed = Ask(COMPLETIONS, CHAT, {**keyed, "x-portkey-provider": "openai", "x-portkey-custom-host": "{backend}/v1"})
    return [
        *ours,
        Contender(LITELLM, chat, _litellm, environments.python("litellm")),
        Contender(PORTKEY, routed, _portkey, environments.node("portkey")),
        Contender(SGLANG, chat, _sglang, environments.python("sglang")),
    ]


DISPATCH, ROUTE, TWO = "CAIO, dispatch", "CAIO, routing alone", ", 2 workers"
LITELLM, PORTKEY, SGLANG = "LiteLLM proxy 1.106.2", "Portkey gateway 1.15.2", "sglang-router 0.3.2"
STUB = "the backend itself"
BACKEND = Ask(COMPLETIONS, CHAT, {})


def backend(folder: Path, port: int, say: Say) -> Launch:
    """The stub behind all, also measured by itself as the limit. Raises NotAvailable."""
    home = environments.python("stub").ready(say)
    options = ["--interface", "asginl", "--host", HOST, "--port", str(port), "--workers", "1", "--loop", "uvloop"]
    command = [str(home / "bin" / "granian"), *options, "--no-ws", "--log-level", "warning", "stub:app"]
    return Launch(STUB, command, {"PYTHONPATH": str(HERE)}, folder, port, "/health")


def _request() -> dict[str, object]:
    """What CAIO is asked to route; the session makes every decision another one, which has to be stored."""
    return {
        "intent": {"type": "chat", "message": "Where is my order?"},
        "context": {"session": NUMBER},
        "requirements": {"capabilities": ["chat"], "guarantees": {"accuracy": 0.5}},
        "constraints": {"requires_gpu": False, "max_cost": 1.0},
        "seed": 42,
    }


def _caio(name: str, what: Ask, environment: Mapping[str, str] | None = None) -> Contender:
    def launch(place: Place, _home: Path) -> Launch:
        settings = {"CAIO_HOST": HOST, "CAIO_PORT": str(place.port), "CAIO_DATA_DIR": str(place.folder / "data")}
        command = [sys.executable, "-m", "caio", "serve"]
        return Launch(name, command, {**settings, **(environment or {})}, place.folder, place.port, "/health/ready")

    return Contender(name, what, launch, prepare=_register)


def _register(url: str, backend_url: str) -> None:
    api = {"protocol": "http", "base_url": backend_url, "endpoints": [{"path": COMPLETIONS, "method": "POST"}]}
    usual = contract(1, "chat", alike=False).to_dict()
    offered = {**usual, "api": api, "guarantees": {"accuracy": 0.9, "latency_p95_ms": SLOWEST_MS}}
    headers = {"Content-Type": "application/json"}
    status, body = ask(url, "POST", "/api/v1/services", json.dumps(offered).encode(), headers)
    if status != 201:
        raise NotAvailable(f"CAIO did not take the contract: status {status}, {body[:200]!r}")


def _litellm(place: Place, home: Path) -> Launch:
    to_backend = {"model": "openai/stub", "api_base": f"{place.backend}/v1", "api_key": "none"}
    config = {
        "model_list": [{"model_name": "stub", "litellm_params": to_backend}],
        "router_settings": {"num_retries": 0},
        "litellm_settings": {"num_retries": 0, "telemetry": False},
    }
    place.folder.mkdir(parents=True, exist_ok=True)
    file = place.folder / "config.yaml"
    file.write_text(json.dumps(config), encoding="utf-8")
    options = ["--config", str(file), "--host", HOST, "--port", str(place.port), "--num_workers", "1"]
    environment = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    command = [str(home / "bin" / "litellm"), *options]
    return Launch(LITELLM, command, environment, place.folder, place.port, "/health/liveliness", patience=90)


def _portkey(place: Place, home: Path) -> Launch:
    script = home / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    only_here = ["--require", str(HERE / "loopback.cjs")]
    command = [environments.tool("node"), *only_here, str(script), "--headless", f"--port={place.port}"]
    return Launch(PORTKEY, command, {}, place.folder, place.port, "/")


def _sglang(place: Place, home: Path) -> Launch:
    with_metrics = HeldPort()
    with_metrics.release()
    options = ["--host", HOST, "--port", str(place.port), "--worker-urls", place.backend, "--policy", "round_robin"]
    options += ["--prometheus-host", HOST, "--prometheus-port", str(with_metrics.number), "--log-level", "warn"]
    command = [str(home / "bin" / "python"), "-m", "sglang_router.launch_router", *options]
    return Launch(SGLANG, command, {}, place.folder, place.port, "/health")

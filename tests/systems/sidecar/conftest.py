"""A gateway in this process, with a model that a test has answer, and an explainer that works when a test says so."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from sidecar.audit.log import AuditLog
from sidecar.explainer.job import Explainer
from sidecar.explainer.metrics import ExplainerMetrics
from sidecar.gateway.app import create_app
from sidecar.settings import Settings
from sidecar.status import open_store
from starlette.testclient import TestClient

TOKENS = {
    "writer": {"tenant_id": "tenantA", "scopes": ["traces:write", "traces:read"], "subject": "writer"},
    "reader": {"tenant_id": "tenantA", "scopes": ["traces:read"], "subject": "reader"},
    "other": {"tenant_id": "tenantB", "scopes": ["traces:write", "traces:read"], "subject": "other"},
    "almost": {"tenant_id": "tenantA", "scopes": ["traces:write-all", "traces:readonly"], "subject": "almost"},
}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "Who is ada@example.com? I like dogs."}]}
ANSWER = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Dogs are great."}}]}).encode()


class Model:
    """A model server; ``answer`` is (status, headers, body), and ``asked`` what it was sent."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {"Content-Type": "application/json"}, ANSWER)
        self.asked: list[tuple[dict[str, str], bytes]] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, headers, content = model.answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


class Sidecar:
    """The gateway, and what a test does with it."""

    def __init__(self, client: TestClient, settings: Settings) -> None:
        self.client = client
        self.settings = settings
        self.store = open_store(settings)

    def call(self, method: str, path: str, token: str = "writer", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def explained(self, level: str = "sentence", **chat: Any) -> httpx.Response:
        headers = {"x-explain-mode": "hypergraph", "x-explain-level": level}
        return self.call("POST", "/v1/chat/completions", json={**CHAT, **chat}, headers=headers)

    def recorded(self, trace_id: str) -> dict[str, Any]:
        """The trace once the recorder has stored it."""
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            item = self.store.get(f"trace#tenantA#{trace_id}")
            if item is not None and (item["recorded"] or item["ended"]):
                return item
            time.sleep(0.05)
        raise AssertionError("the trace was not recorded")

    def explain(self, trace_id: str) -> None:
        """Do the job of a trace."""
        audit = AuditLog(self.settings)
        Explainer(self.store, self.settings, ExplainerMetrics(), audit).do(f"trace#tenantA#{trace_id}")
        audit.close()


Make = Callable[..., Sidecar]


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def make(tmp_path: Path, model: Model) -> Iterator[Make]:
    """Makes a gateway with more settings."""
    clients: list[TestClient] = []

    def make(**settings: Any) -> Sidecar:
        given = {
            "auth_tokens_json": TOKENS,
            "sidecar_data_dir": tmp_path,
            "sidecar_redis_url": "redis://127.0.0.1:9/0",
            "llm_proxy_url": model.url,
            "enable_otel": True,
            "sidecar_webhook_allowed_networks": "127.0.0.1/32",
            **settings,
        }
        made = Settings(**given)
        client = TestClient(create_app(made), raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return Sidecar(client, made)

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def sidecar(make: Make) -> Sidecar:
    return make()

"""The look at an engine that costs next to nothing: it tells an empty one from one that must be looked at properly."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from support.base.settings import ROOT
from support.deployments.containers import labels, leftover_probe

EMPTY = {"/containers/json": [], "/networks": [], "/volumes": {"Volumes": None}, "/images/json": []}


class Engine(socketserver.ThreadingUnixStreamServer):
    """Answers an engine's questions on a socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Handler)
        self.held: dict[str, object] = dict(EMPTY)
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.status = 200


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Engine

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.asked.append((url.path, json.loads(parse_qs(url.query)["filters"][0])))
        content = json.dumps(self.server.held[url.path]).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        """Clients of a Unix socket have no address."""
        return "a client"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    with Engine(tmp_path / "engine.sock") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_engine_that_holds_nothing_is_empty(engine: Engine) -> None:
    assert leftover_probe.empty()
    every, builds = {"label": [labels.RUN]}, {"label": [labels.CACHE], "dangling": ["true"]}
    assert engine.asked == [*((path, every) for path in EMPTY), ("/images/json", builds)]


def test_of_one_run_only_what_carries_its_id_counts(engine: Engine) -> None:
    assert leftover_probe.empty("3f2a")
    assert engine.asked == [(path, {"label": [f"{labels.RUN}=3f2a"]}) for path in EMPTY]


@pytest.mark.parametrize("path", EMPTY)
def test_whatever_it_holds_must_be_looked_at(engine: Engine, path: str) -> None:
    engine.held[path] = {"Volumes": [{}]} if path == "/volumes" else [{}]
    assert not leftover_probe.empty()
    assert not leftover_probe.empty("3f2a")


def test_an_engine_that_refuses_must_be_looked_at(engine: Engine) -> None:
    engine.status = 500
    assert not leftover_probe.empty()


def test_an_engine_elsewhere_must_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:2375")
    assert not leftover_probe.empty()


def test_a_run_without_containers_does_not_load_the_sdk(engine: Engine) -> None:
    code = "import sys, pathlib, support.run.accept, support.world.hooks; from support.deployments import sweep"
    code += "; sweep(pathlib.Path('/nonexistent')); sys.exit('docker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ, check=False).returncode == 0
    assert engine.asked

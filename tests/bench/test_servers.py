"""Servers that are measured are waited for, ended with all that they started, and say why they could not be had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench import load_engine
from bench.caio.peers import clients, contenders, environments
from bench.caio.peers.clients import Client
from bench.caio.peers.environments import Environment
from bench.caio.peers.scratch import scratch
from bench.servers import Launch, NotAvailable, Server, ask, get
from support.base.waiting import until
from support.deployments import processes
from support.deployments.ports import HeldPort

SERVE = """
import http.server, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self): self.answer(200)
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(503 if b"2?" in body else 200)
    def answer(self, status):
        self.send_response(status); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *_): pass
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def launch(code: str, folder: Path, port: int, patience: float = 20.0) -> Launch:
    return Launch("a server", [sys.executable, "-c", code, str(port)], {}, folder, port, "/", patience)


def alive(pid: int) -> bool:
    identity = processes.ProcessIdentity.of(pid)
    return identity is not None and identity.alive


@pytest.fixture
def port() -> int:
    held = HeldPort()
    held.release()
    return held.number


def test_a_server_is_ended_with_what_it_started(tmp_path: Path, port: int) -> None:
    with Server(launch(SERVE, tmp_path, port)) as server:
        assert get(server.url, "/")[0] == 200
        child = int((tmp_path / "log.txt").read_text().split()[1])
        assert server.usage().memory > 0
        server.still_runs()
    until(lambda: not alive(child), 5, "the server's child to end")
    with pytest.raises(OSError, match="refused"):
        get(f"http://127.0.0.1:{port}", "/")


def test_a_server_that_ends_says_its_last_words(tmp_path: Path, port: int) -> None:
    with pytest.raises(NotAvailable, match="it ended with status 3: no licence"):
        Server(launch("print('no licence'); raise SystemExit(3)", tmp_path, port)).__enter__()


def test_a_server_that_never_answers_is_given_up(tmp_path: Path, port: int) -> None:
    tell = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with pytest.raises(NotAvailable, match="waited 1 s in vain for a server to be ready"):
        Server(launch(tell, tmp_path, port, patience=1)).__enter__()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "log.txt").read_text()), 0)


def test_a_command_that_does_not_exist_is_not_available(tmp_path: Path, port: int) -> None:
    with pytest.raises(NotAvailable, match="No such file"):
        Server(Launch("a server", ["/nowhere/server"], {}, tmp_path, port, "/")).__enter__()


def test_our_own_client_counts_what_is_refused_and_sends_each_number_once(tmp_path: Path, port: int) -> None:
    request = tmp_path / "request.http"
    request.write_bytes(contenders.BACKEND.on_the_wire(""))
    with Server(launch(SERVE, tmp_path, port)) as server:
        assert ask(server.url, "POST", "/", b"order 000000000012?", {})[0] == 503
        sample = Client("ours", None).ask(server.url, request, 3, 0.5, first=0)
    assert sample.answers >= 10
    assert sample.refused == len([n for n in range(1, sample.answers + 1) if n % 10 == 2])
    assert sample.broken == 0
    assert 0 < sample.p50 <= sample.p95 <= sample.p99


def test_our_own_client_counts_what_is_not_answered(tmp_path: Path, port: int) -> None:
    request = tmp_path / "request.http"
    request.write_bytes(contenders.BACKEND.on_the_wire(""))
    sample = Client("ours", None).ask(f"http://127.0.0.1:{port}", request, 3, 0.2, first=0)
    assert (sample.answers, sample.broken, sample.failed) == (0, 3, 1.0)


def test_a_client_that_fails_is_no_result() -> None:
    with pytest.raises(NotAvailable, match="status 4: no memory"):
        clients.run([sys.executable, "-c", "import sys; print('no memory', file=sys.stderr); sys.exit(4)"], 20)


def test_an_environment_is_made_once_and_again_when_its_pins_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "HERE", tmp_path)
    monkeypatch.setattr(environments, "MADE", environments.ROOT / "build" / "bench" / "of-a-test")
    pins = tmp_path / "requirements-it.txt"
    pins.write_text("it==1")
    said: list[str] = []
    it = Environment("it", (pins.name,), lambda folder: [[sys.executable, "-c", "open('made', 'w')"]])
    try:
        assert (it.ready(said.append) / "made").exists()
        it.ready(said.append)
        assert len(said) == 1
        pins.write_text("it==2")
        it.ready(said.append)
        assert len(said) == 2
    finally:
        subprocess.run(["rm", "-r", str(environments.MADE)], check=True)


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "HERE", tmp_path)
    monkeypatch.setattr(environments, "MADE", environments.ROOT / "build" / "bench" / "of-a-test")
    fails = [sys.executable, "-c", "raise SystemExit('ERROR: no matching distribution')"]
    it = Environment("it", (), lambda folder: [fails])
    try:
        for _ in range(2):
            with pytest.raises(NotAvailable, match="it could not be installed: ERROR: no matching distribution"):
                it.ready(lambda _: None)
    finally:
        subprocess.run(["rm", "-r", str(environments.MADE)], check=True)


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(NotAvailable, match="no-such-program is not installed here"):
        environments.tool("no-such-program")


def test_what_hey_prints_is_read() -> None:
    head = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n"
    rows = [f"{0.001 * n:.4f},0,0,0,0,0,{500 if n == 7 else 200},{0.1 * n:.4f}\n" for n in range(1, 11)]
    good, seconds, p99 = load_engine.read_hey(head + "".join(rows))
    assert (good, seconds, p99) == (9, pytest.approx(1.01), pytest.approx(10.0))
    with pytest.raises(NotAvailable, match="no good answer"):
        load_engine.read_hey(head)


def test_what_a_killed_bench_has_left_running_is_ended(tmp_path: Path) -> None:
    folder, said = tmp_path / "run", list[str]()
    folder.mkdir()
    (folder / "owner").write_text("999999999 1.0 bench-of-a-test")
    environment = processes.clean_environment({}, "bench-of-a-test")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment) as left:
        try:
            with scratch(said.append, folder) as made:
                assert left.wait(10) == -signal.SIGKILL
                assert [file.name for file in made.iterdir()] == ["owner"]
        finally:
            left.kill()
    assert said == ["a bench that was killed had left 1 processes running; they have been ended"]


def test_one_bench_measures_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    other = processes.ProcessIdentity.of(os.getppid())
    assert other is not None
    (folder / "owner").write_text(f"{other.pid} {other.created} bench-{other.pid}")
    with pytest.raises(NotAvailable, match="another bench, process"), scratch(lambda _: None, folder):
        pass


def test_stores_are_removed_and_logs_kept(tmp_path: Path) -> None:
    with scratch(lambda _: None, tmp_path / "run") as folder:
        (folder / "caio" / "data").mkdir(parents=True)
        (folder / "caio" / "log.txt").write_text("ready")
    assert [file.name for file in (tmp_path / "run" / "caio").iterdir()] == ["log.txt"]

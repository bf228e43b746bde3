"""The gateway of these tests keeps its promises, as a program and in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.base.settings import Settings
from support.deployments.ports import HOST, HeldPort
from support.deployments.server import Launch, ServerProcess
from tests.systems.gateway import promises
from tests.systems.gateway.promises import ADMIN, ORIGIN, USER, Make

HERE = Path(__file__).parent
PROMISES: list[Callable[[Make], None]] = [
    promises.strangers_are_refused,
    promises.strangers_are_challenged,
    promises.only_administrators_see_the_configuration,
    promises.only_listed_origins_may_read,
    promises.a_key_is_limited_and_told_how_long,
    promises.a_key_is_limited_by_itself,
    promises.health_tells_of_dead_upstreams,
    promises.metrics_count_requests_by_status,
    promises.logs_tell_each_request_and_no_key,
    promises.errors_are_error_objects,
    promises.large_requests_are_refused,
    promises.every_caller_gets_the_own_answer,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_it_keeps_its_promise(make: Make, promise: Callable[[Make], None]) -> None:
    promise(make)


def test_a_dead_upstream_is_passed_over(make: Make, upstreams: list[str]) -> None:
    promises.a_dead_upstream_is_passed_over(make, upstreams[1])


def test_the_first_upstream_serves_while_it_works(make: Make) -> None:
    gateway = make()
    assert gateway.chat().json()["system_fingerprint"] == "first"
    assert gateway.get("/health", None).json()["status"] == "ok"
    assert gateway.get("/ready", None).json() == {"ready": True}


def test_upstreams_that_all_fail_are_told_as_unavailable(make: Make) -> None:
    answer = make().chat("status:500")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "upstream_unavailable"
    assert answer.headers["retry-after"] == "1"


def test_the_callers_own_fault_is_passed_on_and_no_other_upstream_asked(make: Make, upstreams: list[str]) -> None:
    gateway = make()
    answer = gateway.chat("status:422")
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "asked for 422"
    assert gateway.counted("gateway_upstream_requests_total", upstream=upstreams[1]) == 0


def test_with_one_dead_upstream_it_is_degraded(make: Make, upstreams: list[str]) -> None:
    dead = HeldPort()
    health = make(GATEWAY_UPSTREAMS=f"http://{HOST}:{dead.number},{upstreams[1]}").get("/health", None)
    dead.release()
    assert health.status_code == 200
    assert health.json() == {"status": "degraded", "components": {"upstream-1": "failed", "upstream-2": "ok"}}


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"model": "small"}, 400, "messages"),
        ({"model": "small", "messages": []}, 400, "messages"),
        ({"model": "other", "messages": [{"role": "user", "content": "hi"}]}, 404, "model"),
        ({"model": "small", "messages": [{"role": "user", "content": "hi"}], "stream": True}, 400, "stream"),
    ],
)
def test_what_is_wrong_with_a_chat_is_named(make: Make, body: dict[str, Any], status: int, param: str) -> None:
    answer = make().post(json.dumps(body))
    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param


def test_an_unusable_request_id_is_replaced(make: Make) -> None:
    gateway = make()
    assert gateway.chat(**{"X-Request-ID": "mine"}).headers["x-request-id"] == "mine"
    assert gateway.chat(**{"X-Request-ID": 'a" b'}).headers["x-request-id"] not in ("", 'a" b')


def test_a_browser_may_ask_before_it_chats(make: Make) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = make().client.options("/v1/chat/completions", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", "seventy"),
        ("GATEWAY_KEYS", "a-key-that-must-not-be-shown"),
        ("GATEWAY_KEYS", ""),
        ("GATEWAY_UPSTREAMS", "nowhere"),
        ("GATEWAY_UPSTREAMS", ""),
        ("GATEWAY_RATE_LIMIT", "often"),
        ("GATEWAY_MAX_BODY_BYTES", "0"),
        ("GATEWAY_NO_SUCH_SETTING", "1"),
    ],
)
def test_it_does_not_start_with_a_wrong_setting(environment: dict[str, str], name: str, value: str) -> None:
    ended = subprocess.run(
        [sys.executable, f"{HERE}/serve.py"],
        check=False,
        env={**os.environ, **environment, name: value},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{name}: ")
    assert "must-not-be-shown" not in ended.stderr


def test_as_a_program_it_serves_and_writes_nothing_but_json(
    environment: dict[str, str], limits: Settings, tmp_path: Path
) -> None:
    def launch(port: int) -> Launch:
        settings = {**environment, "GATEWAY_PORT": str(port)}
        return Launch("the gateway", [sys.executable, f"{HERE}/serve.py"], settings, "/ready")

    server = ServerProcess(launch, limits, tmp_path)
    try:
        server.start()
        body = {"model": "large", "messages": [{"role": "user", "content": "as a program"}]}
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {ADMIN}"}, trust_env=False) as client:
            said = client.post("/v1/chat/completions", json=body, timeout=60).json()
        assert said["choices"][0]["message"]["content"] == "as a program"
        server.stop()
        lines = [json.loads(line) for line in server.logs().splitlines()]
        assert {"started", "request", "stopped"} <= {line["event"] for line in lines}
        assert ADMIN not in server.logs()
        assert USER not in server.logs()
        assert server.notes == []
    finally:
        server.close()

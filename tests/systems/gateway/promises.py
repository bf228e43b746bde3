"""What the gateway promises, each as one judgement of a gateway that was just made; a defect breaks one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from support.deployments.ports import HOST, HeldPort

ADMIN, USER = "admin-key-for-tests", "user-key-for-tests"
ORIGIN = "https://app.example.com"


@dataclass(slots=True)
class Subject:
    """A gateway, asked with a user's key unless another is given."""

    client: TestClient
    output: Callable[[], str]
    """What it has logged since this was last asked for."""

    def get(self, path: str, key: str | None = USER, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={**_bearer(key), **headers})

    def chat(self, said: str = "hello", key: str | None = USER, **headers: str) -> httpx.Response:
        body = {"model": "small", "messages": [{"role": "user", "content": said}]}
        return self.post(json.dumps(body), key, **headers)

    def post(self, content: str, key: str | None = USER, **headers: str) -> httpx.Response:
        head = {"Content-Type": "application/json", **_bearer(key), **headers}
        return self.client.post("/v1/chat/completions", content=content, headers=head)

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output().splitlines()]

    def counted(self, metric: str, **labels: str) -> float:
        families = text_string_to_metric_families(self.get("/metrics", None).text)
        samples = [sample for family in families for sample in family.samples if sample.name == metric]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


Make = Callable[..., Subject]


def _bearer(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def _is_error(answer: httpx.Response, status: int, kind: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == kind


def strangers_are_refused(make: Make) -> None:
    gateway = make()
    for path in ("/v1/models", "/v1/config"):
        for key in (None, "", "wrong", USER[:-1]):
            _is_error(gateway.get(path, key), 401, "authentication_error")
    _is_error(gateway.chat(key=None), 401, "authentication_error")
    assert gateway.get("/v1/models").status_code == 200


def strangers_are_challenged(make: Make) -> None:
    assert make().get("/v1/models", None).headers.get("www-authenticate", "").startswith("Bearer")


def only_administrators_see_the_configuration(make: Make) -> None:
    gateway = make()
    _is_error(gateway.get("/v1/config", USER), 403, "permission_error")
    shown = gateway.get("/v1/config", ADMIN)
    assert shown.status_code == 200
    assert USER not in shown.text


def only_listed_origins_may_read(make: Make) -> None:
    gateway = make()
    assert gateway.get("/v1/models", Origin=ORIGIN).headers.get("access-control-allow-origin") == ORIGIN
    other = gateway.get("/v1/models", Origin="https://evil.example")
    assert "access-control-allow-origin" not in other.headers


def a_key_is_limited_and_told_how_long(make: Make) -> None:
    gateway = make(GATEWAY_RATE_LIMIT="2/hour")
    assert [gateway.get("/v1/models").status_code for _ in range(2)] == [200, 200]
    refused = gateway.get("/v1/models")
    _is_error(refused, 429, "rate_limit_error")
    assert 1 <= int(refused.headers.get("retry-after", "0")) <= 3600


def a_key_is_limited_by_itself(make: Make) -> None:
    gateway = make(GATEWAY_RATE_LIMIT="2/hour")
    assert [gateway.get("/v1/models").status_code for _ in range(3)] == [200, 200, 429]
    assert gateway.get("/v1/models", ADMIN).status_code == 200


def health_tells_of_dead_upstreams(make: Make) -> None:
    dead = HeldPort()
    gateway = make(GATEWAY_UPSTREAMS=f"http://{HOST}:{dead.number}")
    try:
        assert gateway.get("/health", None).status_code == 503
        assert gateway.get("/ready", None).status_code == 503
    finally:
        dead.release()


def metrics_count_requests_by_status(make: Make) -> None:
    gateway = make()
    gateway.chat()
    gateway.chat(key=None)
    route = "/v1/chat/completions"
    for status in ("200", "401"):
        assert gateway.counted("gateway_requests_total", route=route, status=status, method="POST") == 1
    assert gateway.counted("gateway_request_duration_seconds_count", route=route) == 2


def logs_tell_each_request_and_no_key(make: Make) -> None:
    gateway = make()
    gateway.chat(**{"X-Request-ID": "mine-1"})
    written = gateway.output()
    assert USER not in written
    line = next((each for each in map(json.loads, written.splitlines()) if each["event"] == "request"), {})
    assert {name: line.get(name) for name in ("request_id", "method", "path", "status")} == {
        "request_id": "mine-1",
        "method": "POST",
        "path": "/v1/chat/completions",
        "status": 200,
    }


def errors_are_error_objects(make: Make) -> None:
    gateway = make()
    _is_error(gateway.post("{"), 400, "invalid_request_error")
    _is_error(gateway.post("[]"), 400, "invalid_request_error")
    _is_error(gateway.get("/v1/nothing"), 404, "invalid_request_error")
    _is_error(gateway.get("/v1/chat/completions"), 405, "invalid_request_error")


def large_requests_are_refused(make: Make) -> None:
    _is_error(make().chat("x" * 2000), 413, "invalid_request_error")


def a_dead_upstream_is_passed_over(make: Make, second: str) -> None:
    dead = HeldPort()
    gateway = make(GATEWAY_UPSTREAMS=f"http://{HOST}:{dead.number},{second}")
    try:
        answer = gateway.chat("still here")
        assert answer.status_code == 200
        assert answer.json()["system_fingerprint"] == "second"
    finally:
        dead.release()


def every_caller_gets_the_own_answer(make: Make) -> None:
    gateway = make()
    for number in range(30):
        answer = gateway.chat(f"number {number}")
        assert answer.status_code == 200
        assert answer.json()["choices"][0]["message"]["content"] == f"number {number}"

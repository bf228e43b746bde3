"""The HTTP service around the models."""

from __future__ import annotations

import pytest
from backends.service import create_app
from starlette.testclient import TestClient


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app("test-service"))


def test_each_answer_says_who_gave_it(client: TestClient) -> None:
    for path, body in [
        ("/chat", {"message": "Hello"}),
        ("/summarise", {"text": "One. Two.", "sentences": 1}),
        ("/embed", {"text": "x"}),
        ("/notes", {"text": "x"}),
    ]:
        answer = client.post(path, json=body)
        assert answer.status_code == 200
        assert answer.json()["served_by"] == "test-service"


def test_a_note_sent_twice_is_kept_twice(client: TestClient) -> None:
    client.post("/notes", json={"text": "a"})
    assert client.post("/notes", json={"text": "a"}).json()["count"] == 2
    assert client.get("/notes").json()["notes"] == ["a", "a"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/chat", {}, "message: expected a text"),
        ("/chat", [], "expected a JSON object"),
        ("/summarise", {"text": "x", "sentences": 0}, "sentences: expected"),
        ("/summarise", {"text": "x", "sentences": True}, "sentences: expected"),
    ],
)
def test_an_unusable_request_is_refused_with_its_field(client: TestClient, path: str, body: object, words: str) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_metrics_count_what_was_answered(client: TestClient) -> None:
    client.post("/chat", json={"message": "Hello"})
    client.post("/chat", json={})
    text = client.get("/metrics").text
    assert 'backend_requests_total{path="/chat",status="200"} 1.0' in text
    assert 'backend_requests_total{path="/chat",status="422"} 1.0' in text
    assert client.get("/health").json() == {"status": "healthy", "name": "test-service"}

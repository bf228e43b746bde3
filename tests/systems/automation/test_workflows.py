"""Workflows: steps in order, each with its effect once, followed by their status."""

from __future__ import annotations

from typing import Any

import pytest
from automation.store import jobs
from starlette.testclient import TestClient

from tests.systems.automation.conftest import Worker, errors

RECORD = {"action": "record", "text": "done"}


def start(api: TestClient, *steps: dict[str, Any], **more: Any) -> str:
    answer = api.post("/api/workflows", json={"lead": {"email": "a@b.c"}, "steps": list(steps), **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["workflow_id"])


def status(api: TestClient, run: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/api/workflows/{run}/status").json()
    return found


def test_a_workflow_runs_to_its_end_and_its_status_is_followed(api: TestClient, worker: Worker) -> None:
    run = start(api, {"action": "score"}, {"action": "update", "set": {"status": "qualified"}}, RECORD)
    before = status(api, run)
    assert (before["status"], before["step"]["action"], before["step"]["attempts"]) == ("queued", "score", 0)
    worker.work_all()
    after = status(api, run)
    assert after["status"] == "completed"
    assert after["step"] is None
    assert [(step["status"], step["attempts"], step["result"]) for step in after["steps"]] == [
        ("completed", 1, "score 30"),
        ("completed", 1, "set status"),
        ("completed", 1, None),
    ]
    lead = api.get(f"/api/leads/{after['lead_id']}").json()
    assert (lead["status"], lead["score"]) == ("qualified", 30)
    (activity,) = api.get(f"/api/leads/{after['lead_id']}/activities").json()["activities"]
    assert (activity["text"], activity["workflow_id"], activity["step"]) == ("done", run, 2)


@pytest.mark.parametrize("path", ["/api/workflows", "/api/workflows/trigger"])
@pytest.mark.parametrize("body", [{}, {"lead": {}}, {"name": "welcome", "lead": {"first_name": "Ada"}}])
def test_what_is_not_said_has_defaults(api: TestClient, worker: Worker, path: str, body: dict[str, Any]) -> None:
    run = api.post(path, json=body).json()["workflow_id"]
    worker.work_all()
    assert status(api, run)["status"] == "completed"
    assert len(status(api, run)["activities"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{"action": "dance"}]}, "steps[0]"),
        ({"steps": [{"action": "record"}]}, "steps[0].record.text"),
        ({"steps": [{"action": "wait", "seconds": -1}]}, "steps[0].wait.seconds"),
        ({"steps": [{"action": "require", "fields": ["shoe_size"]}]}, "steps[0].require"),
        ({"lead": {"email": "x"}}, "lead.email"),
        ({"name": ""}, "name"),
        ({"nmae": "x"}, "nmae"),
        ({"lead": {}, "lead_id": "x"}, ""),
    ],
)
def test_bad_input_names_the_field_and_starts_nothing(api: TestClient, body: dict[str, Any], field: str) -> None:
    answer = api.post("/api/workflows", json=body)
    assert (answer.status_code, errors(answer)[0]) == (422, field)
    assert api.get("/api/workflows").json()["total"] == 0
    assert api.get("/api/leads").json()["total"] == 0


def test_one_idempotency_key_starts_one_workflow(api: TestClient, worker: Worker) -> None:
    body, key = {"steps": [RECORD]}, {"Idempotency-Key": "once"}
    first = api.post("/api/workflows/trigger", json=body, headers=key)
    again = api.post("/api/workflows/trigger", json=body, headers=key)
    assert first.json()["workflow_id"] == again.json()["workflow_id"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.post("/api/workflows/trigger", json={}, headers=key).status_code == 409
    worker.work_all()
    assert len(status(api, first.json()["workflow_id"])["activities"]) == 1


def test_a_step_that_fails_is_tried_again_then_kept_as_a_dead_letter(api: TestClient, worker: Worker) -> None:
    run = start(api, {"action": "require", "fields": ["phone"]}, RECORD)
    assert worker.work() == 1
    found = status(api, run)
    assert (found["status"], found["step"]["attempts"], found["error"]) == ("retrying", 1, "the lead has no phone")
    assert worker.work() == 0
    worker.work_all()
    found = status(api, run)
    assert (found["status"], found["step"]["attempts"], found["step"]["error"]) == (
        "failed",
        5,
        "the lead has no phone",
    )
    assert api.get("/health").json()["queue_depth"] == 0
    (letter,) = api.get("/api/admin/dead-letters").json()["dead_letters"]
    assert (letter["kind"], letter["ref"], letter["error"]) == ("run", run, "the lead has no phone")
    api.put(f"/api/leads/{found['lead_id']}", json={"phone": "1"})
    assert api.post(f"/api/admin/dead-letters/{letter['id']}/retry").status_code == 202
    assert api.post(f"/api/admin/dead-letters/{letter['id']}/retry").status_code == 404
    worker.work_all()
    found = status(api, run)
    assert (found["status"], found["error"], len(found["activities"])) == ("completed", None, 1)


def test_waiting_keeps_no_worker_and_counts_as_one_try(api: TestClient, worker: Worker) -> None:
    run = start(api, {"action": "wait", "seconds": 3600}, RECORD)
    worker.work()
    found = status(api, run)
    assert (found["status"], found["step"]["attempts"]) == ("waiting", 1)
    since = found["step"]["since"]
    worker.make_due()
    worker.work()
    found = status(api, run)
    assert (found["status"], found["step"]["attempts"], found["step"]["since"]) == ("waiting", 1, since)


def test_a_workflow_without_lead_says_so(api: TestClient, worker: Worker) -> None:
    run = api.post("/api/workflows", json={"steps": [{"action": "score"}]}).json()["workflow_id"]
    worker.work_all()
    found = status(api, run)
    assert (found["status"], found["error"], found["step"]["attempts"]) == ("failed", "the workflow has no lead", 1)


def test_enrolling_counts_the_lead_once(api: TestClient, worker: Worker) -> None:
    campaign = api.post("/api/campaigns", json={"name": "Spring"}).json()["id"]
    enrol = {"action": "enrol", "campaign_id": campaign}
    start(api, enrol, enrol)
    worker.work_all()
    assert api.get(f"/api/campaigns/{campaign}/metrics").json()["metrics"]["leads"] == 1


def test_the_same_message_twice_has_one_effect(api: TestClient, worker: Worker) -> None:
    run = start(api, RECORD)
    (row,) = jobs.take_due(worker.store, 10)
    for _ in range(3):
        worker.doer.do(row["id"])
    assert len(status(api, run)["activities"]) == 1


def test_a_job_under_a_lease_is_nobody_elses_until_that_ends(api: TestClient, worker: Worker) -> None:
    start(api, RECORD)
    (row,) = jobs.take_due(worker.store, 10)
    first = jobs.claim(worker.store, row["id"], 60)
    assert first is not None
    assert jobs.claim(worker.store, row["id"], 60) is None
    assert jobs.sweep(worker.store, 60) == 0
    jobs.renew(worker.store, [first], -1)
    assert jobs.sweep(worker.store, 60) == 1
    (again,) = jobs.take_due(worker.store, 10)
    assert again["id"] == row["id"]


def test_who_has_lost_the_lease_has_no_effect(api: TestClient, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(api, RECORD)
    (row,) = jobs.take_due(worker.store, 10)

    def taken_over(*_: object) -> None:
        monkeypatch.undo()
        with worker.store.writing() as transaction:
            transaction.execute("UPDATE jobs SET lease_until = 0")
        worker.doer.do(row["id"])

    monkeypatch.setattr("automation.workflows.actions.take_time", taken_over)
    worker.doer.do(row["id"])
    found = status(api, run)
    assert (found["status"], len(found["activities"]), found["steps"][0]["attempts"]) == ("completed", 1, 2)


def test_a_job_that_kills_its_workers_ends_as_a_dead_letter(
    api: TestClient, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    run = start(api, RECORD)
    monkeypatch.setattr("automation.workflows.actions.take_time", kill)
    for _ in range(5):
        (row,) = jobs.take_due(worker.store, 10)
        with pytest.raises(Killed):
            worker.doer.do(row["id"])
        with worker.store.writing() as transaction:
            transaction.execute("UPDATE jobs SET lease_until = 0")
        assert jobs.sweep(worker.store, 60) == 1
    worker.work_all()
    assert status(api, run)["error"] == "its workers have died each time"


def test_a_job_of_an_unknown_kind_is_kept_as_a_dead_letter(api: TestClient, worker: Worker) -> None:
    with worker.store.writing() as transaction:
        jobs.add(transaction, "dance", "x", 0)
    worker.work_all()
    (letter,) = api.get("/api/admin/dead-letters").json()["dead_letters"]
    assert letter["error"] == "nobody knows the job type 'dance'"


def test_what_a_worker_cannot_do_because_of_an_error_is_tried_again(
    api: TestClient, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    run = start(api, RECORD)
    with monkeypatch.context() as broken:
        broken.setattr("automation.workflows.actions.take_time", fail)
        worker.work()
    assert api.get("/health").json()["queue_depth"] == 1
    worker.work_all()
    assert status(api, run)["status"] == "completed"

"""Leads: any subset of their fields, pages, filters, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.systems.automation.conftest import Make, errors, headers

WHOLE = {
    "first_name": "Ada",
    "last_name": "Löwenherz 🦁",
    "email": "ada@example.com",
    "phone": "+49 (30) 123",
    "company": "Engines",
    "job_title": "Countess",
    "source": "web",
    "status": "new",
    "score": 12.5,
    "notes": "two\nlines",
    "tags": ["a", "b"],
    "custom": {"size": 3, "vip": True},
}


@pytest.mark.parametrize("fields", [{}, WHOLE, *({name: value} for name, value in WHOLE.items())])
def test_any_subset_is_stored_and_read_back(api: TestClient, fields: dict[str, Any]) -> None:
    made = api.post("/api/leads", json=fields)
    assert made.status_code == 201
    read = api.get(made.headers["Location"]).json()
    assert read == made.json()
    assert {name: read.get(name) for name in WHOLE} == {name: fields.get(name) for name in WHOLE}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"emial": "a@b.c"}, "emial"),
        ({"email": "nobody"}, "email"),
        ({"first_name": 5}, "first_name"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"first_name": "a\x00b"}, "first_name"),
        ({"status": "won"}, "status"),
        ({"score": 101}, "score"),
        ({"custom": {"a": {"b": 1}}}, "custom.a"),
        ({"tags": "a"}, "tags"),
        ({"id": "mine"}, "id"),
        ([], ""),
        ("text", ""),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(api: TestClient, body: Any, field: str) -> None:
    answer = api.post("/api/leads", json=body)
    assert answer.status_code == 422
    assert any(each.startswith(field) for each in errors(answer))
    assert api.get("/api/leads").json()["total"] == 0


def test_bodies_that_are_too_large_or_deep_or_no_json_are_refused(api: TestClient) -> None:
    assert api.post("/api/leads", content=b'{"notes": "' + b"x" * 10_000_000 + b'"}').status_code == 413
    assert api.post("/api/leads", content=b'{"custom": ' + b"[" * 5000 + b"]" * 5000 + b"}").status_code == 422
    assert api.post("/api/leads", content=b"{").status_code == 422
    assert api.post("/api/leads", content=b'{"first_name": "\\ud800"}').status_code == 422
    assert api.post("/api/leads", content="email=a@b.c", headers={"Content-Type": "text/plain"}).status_code == 415


def test_pages_hold_every_lead_once_the_newest_first(api: TestClient) -> None:
    ids = [api.post("/api/leads", json={"source": str(n)}).json()["id"] for n in range(7)]
    pages = [api.get("/api/leads", params={"page": n, "page_size": 3}).json() for n in (1, 2, 3, 4)]
    assert [lead["id"] for page in pages for lead in page["items"]] == ids[::-1]
    assert [(page["total"], page["pages"]) for page in pages] == [(7, 3)] * 4


@pytest.mark.parametrize("query", ["page_size=0", "page_size=-1", "page_size=1000000", "page=0", "page=-1", "page=x"])
def test_pages_that_make_no_sense_are_refused(api: TestClient, query: str) -> None:
    answer = api.get(f"/api/leads?{query}")
    assert answer.status_code == 422
    assert errors(answer) == [query.partition("=")[0]]


def test_filters_take_what_they_are_given_letter_by_letter(api: TestClient) -> None:
    for email, source in (("a@x.com", "web"), ("b@x.com", "web"), ("a_b@x.com", "100%"), ("axb@x.com", "fair")):
        api.post("/api/leads", json={"email": email, "source": source, "first_name": "Zoë"})

    def found(**query: str) -> list[str]:
        return sorted(lead["email"] for lead in api.get("/api/leads", params=query).json()["items"])

    assert found(source="web") == ["a@x.com", "b@x.com"]
    assert found(source="web", email="A@X.COM") == ["a@x.com"]
    assert found(source="%") == found(email="*") == found(q="%_%") == []
    assert found(q="a_b") == ["a_b@x.com"]
    assert len(found(q="ZOË")) == 4
    assert found(email="' OR 1=1 --") == []


def test_a_change_touches_only_what_it_names(api: TestClient) -> None:
    lead = api.post("/api/leads", json=WHOLE).json()
    changed = api.put(f"/api/leads/{lead['id']}", json={"status": "qualified", "phone": None})
    assert changed.status_code == 200
    assert changed.json()["status"] == "qualified"
    assert "phone" not in changed.json()
    assert changed.json()["email"] == "ada@example.com"
    assert api.get("/api/leads", params={"status": "qualified"}).json()["total"] == 1
    assert api.put("/api/leads/none", json={}).status_code == 404
    assert api.put(f"/api/leads/{lead['id']}", json={"status": 5}).status_code == 422


def test_several_are_stored_or_changed_together_or_not_at_all(api: TestClient) -> None:
    made = api.post("/api/leads/bulk", json={"leads": [{"email": f"{n}@x.com"} for n in range(3)]}).json()
    assert made["created"] == len(set(made["ids"])) == 3
    bad = api.post("/api/leads/bulk", json={"leads": [{}, {"email": "x"}]})
    assert (bad.status_code, errors(bad)) == (422, ["leads[1].email"])
    assert api.get("/api/leads").json()["total"] == 3
    first, second, _ = made["ids"]
    changes = [{"id": first, "status": "lost"}, {"id": "none", "status": "lost"}]
    assert api.put("/api/leads/bulk", json={"leads": changes}).status_code == 404
    assert api.get("/api/leads", params={"status": "lost"}).json()["total"] == 0
    changes[1]["id"] = second
    assert api.put("/api/leads/bulk", json={"leads": changes}).json() == {"changed": 2}
    assert api.get("/api/leads", params={"status": "lost"}).json()["total"] == 2


def test_leads_are_their_owners_and_their_tenants_admins(make: Make) -> None:
    client = make()
    admin, user = headers(client), headers(client, "user", "user-password")
    colleague, stranger = (
        headers(client, "colleague", "other-password"),
        headers(client, "stranger", "stranger-password"),
    )
    lead = client.post("/api/leads", json={"email": "a@b.c"}, headers=user).json()["id"]
    for who, status in ((admin, 200), (user, 200), (colleague, 404), (stranger, 404)):
        assert client.get(f"/api/leads/{lead}", headers=who).status_code == status
        assert client.put(f"/api/leads/{lead}", json={}, headers=who).status_code == status
        assert client.get("/api/leads", headers=who).json()["total"] == (status == 200)
        assert client.get(f"/api/leads/{lead}/activities", headers=who).status_code == status
    assert client.post("/api/workflows", json={"lead_id": lead}, headers=colleague).status_code == 404


def test_one_idempotency_key_makes_one_lead(api: TestClient) -> None:
    key = {"Idempotency-Key": "k"}
    first, again = (api.post("/api/leads", json={"email": "a@b.c"}, headers=key).json()["id"] for _ in range(2))
    assert first == again
    assert api.post("/api/leads", json={"email": "other@b.c"}, headers=key).status_code == 409
    assert api.get("/api/leads").json()["total"] == 1
    assert api.post("/api/leads", json={}, headers={"Idempotency-Key": "x" * 201}).status_code == 422


def test_without_a_crm_a_lead_says_what_is_missing(api: TestClient) -> None:
    lead = api.post("/api/leads", json={}).json()
    assert lead["crm"] == {"state": "not configured", "error": "crm.api_base_url is not set"}
    answer = api.post(f"/api/leads/{lead['id']}/deliver")
    assert answer.status_code == 409
    assert "crm.api_base_url" in answer.json()["detail"]


def test_campaigns_add_their_counts_up(api: TestClient) -> None:
    assert api.post("/api/campaigns", json={}).status_code == 422
    made = api.post("/api/campaigns", json={"name": "Spring"}).json()
    assert api.get("/api/campaigns").json()["items"] == [made]
    metrics = f"/api/campaigns/{made['id']}/metrics"
    assert api.post(metrics, json={"sent": 10}).status_code == 200
    assert api.post(metrics, json={"sent": 5, "opened": 3}).status_code == 200
    assert api.get(metrics).json()["metrics"] == {"sent": 15, "opened": 3, "leads": 0}
    for bad in ({}, {"sent": -1}, {"sent": 1.5}, {"sends": 1}):
        assert api.post(metrics, json=bad).status_code == 422
    assert api.post("/api/campaigns/none/metrics", json={"sent": 1}).status_code == 404

"""Asking all that a document allows: what is found in a tiny system, who is asked, and what limits the judgement."""

import json
from types import SimpleNamespace

import pytest
from requests.structures import CaseInsensitiveDict

from support.base.entries import Identity
from support.base.outcomes import NotMet
from support.base.requests import Request
from support.http import Exchange
from support.model import Budget
from support.model.openapi_exploration import ApiDocument
from support.subjects import openapi
from support.subjects.openapi_asking import Asker
from tests.support.model.test_openapi_exploration import DOCUMENT

TOKEN = "a-token"
REFUSAL = {"description": "refused"}


def described():
    document = json.loads(json.dumps(DOCUMENT))
    document["paths"]["/things"]["post"]["responses"]["default"] = REFUSAL
    return document


class Things:
    """A sound system in memory; the names given at its making are broken."""

    def __init__(self, *broken):
        self.broken, self.calls = broken, []

    def request(self, method, path, *, headers=(), content=b"", token=None):
        self.calls.append((method, path))
        status, body, more = self.answer(method, path, dict(headers), content, token)
        kind = {} if body is None else {"Content-Type": "application/json"}
        answer_headers = CaseInsensitiveDict({**kind, **more})
        said = b"" if body is None else json.dumps(body).encode()
        return Exchange(method, f"http://x{path}", tuple(headers), content, status, answer_headers, said)

    def answer(self, method, path, headers, content, token):
        thing = {"thing_id": "x" if "type" not in self.broken else 5}
        if "limited" in self.broken:
            return 429, None, {}
        if path == "/things" and method == "POST":
            if token != TOKEN and "open" not in self.broken:
                return 401, None, {}
            if "any type" not in self.broken and content and headers.get("Content-Type") != "application/json":
                return 415, None, {}
            return self.made(content, thing)
        if method != "GET" or path == "/things":
            return 200 if "any method" in self.broken else 405, None, {"Allow": "GET"}
        return (500, None, {}) if "fragile" in self.broken and path == "/things/x" else (200, thing, {})

    def made(self, content, thing):
        try:
            sound = isinstance(json.loads(content)["thing_id"], str)
        except (ValueError, KeyError, TypeError):
            sound = False
        return (200, thing, {}) if sound or ("empty" in self.broken and not content) else (422, None, {})


def stories(*broken, change=lambda document: None, deployment=None):
    document = described()
    change(document)
    things = Things(*broken)
    system = SimpleNamespace(
        refusals={},
        identities={"admin": Identity(token=TOKEN, role="admin")},
        token=lambda name: TOKEN,
        requests={"make a thing": Request(method="POST", endpoint="things", body={"thing_id": "x"})},
    )
    world = SimpleNamespace(
        system=system, http=things, deployment=deployment, endpoint=lambda name: "/things", part=lambda kind: world
    )
    asker = Asker(world, ApiDocument.read(document))
    return list(asker.differences(Budget(8, 7, shrinking=0.5))), asker, things


def test_a_sound_system_differs_in_nothing():
    found, asker, things = stories()

    assert [story.text() for story in found] == []
    assert asker.asked == len(things.calls) > 20
    assert asker.limited == 0


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("type", "schema"),
        ("open", "does not show a token"),
        ("any type", "x-unknown-to-everybody"),
        ("any method", "does not name here"),
        ("fragile", "error of the server"),
        ("empty", "no body"),
    ],
)
def test_what_is_broken_is_told_as_a_story(broken, says):
    found, _, _ = stories(broken)

    assert any(says in f"{story.expected} {story.seen}" for story in found), [story.text() for story in found]
    assert all("curl" in story.script() for story in found)


def test_a_body_that_may_be_left_out_must_not_be_demanded():
    found, _, _ = stories(change=lambda each: each["paths"]["/things"]["post"]["requestBody"].pop("required"))

    assert any("need no body" in story.expected for story in found)


def test_refusals_of_too_many_calls_are_counted_and_not_judged():
    found, asker, _ = stories("limited")

    assert found == []
    assert asker.limited == asker.asked
    assert "too many" in asker.note


def test_somebody_elses_system_is_only_asked_what_changes_nothing(monkeypatch):
    monkeypatch.setattr("support.subjects.openapi_asking.RemoteDeployment", SimpleNamespace)
    _, asker, things = stories(deployment=SimpleNamespace())

    assert {method for method, _ in things.calls} == {"GET"}
    assert "somebody else's" in asker.note


def served(body, status=200, kind="application/json"):
    """A world whose system gives this as its document."""
    headers = CaseInsensitiveDict({"Content-Type": kind})
    exchange = Exchange("GET", "http://x/openapi.json", (), b"", status, headers, body)
    http = SimpleNamespace(get=lambda path, token: exchange)
    return SimpleNamespace(http=http, endpoint=lambda name: f"/{name}.json", system=SimpleNamespace(identities={}))


@pytest.mark.parametrize(
    "world",
    [
        served(b"{}"),
        served(b"{", 200),
        served(b"{}", 404),
        served(b"<p>", kind="text/html"),
        served(b'{"openapi": "9"}'),
    ],
)
def test_a_document_that_cannot_be_read_is_not_met(world):
    with pytest.raises(NotMet, match="expected"):
        openapi.read(world)


def test_a_sound_document_is_read():
    assert len(openapi.read(served(json.dumps(DOCUMENT).encode())).operations) == 3


def test_nothing_that_was_asked_is_never_met():
    nothing = openapi.Compared(0, 1, 7, ())

    assert not openapi.described().matches(nothing)
    assert openapi.described().matches(openapi.Compared(5, 1, 7, ()))
    assert str(openapi.Compared(1500, 16, 7, ())) == "1,500 requests of 16 operations, seed 7"

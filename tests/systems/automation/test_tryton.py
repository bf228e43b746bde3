"""Delivery to Tryton: what its answers mean, and, where its environment has been made, Tryton itself."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from automation.crm.client import Answer, Delivered, Refused, Unclear
from automation.crm.tryton import Failure, TrytonClient, party_of, result_of
from automation.settings import Crm
from pydantic import SecretStr

from support.base.settings import ROOT

SCRIPT = ROOT / "systems/automation/tryton/serve.py"
START_SECONDS = 60


def loaded() -> ModuleType:
    found = importlib.util.spec_from_file_location("tryton_serve", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


SERVE = loaded()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Tryton that runs."""
    if not (SERVE.ENVIRONMENT / "made-for.txt").exists():
        pytest.skip(f"Tryton has not been made ready: python {SCRIPT.relative_to(ROOT)} --prepare")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tmp_path_factory.mktemp("tryton")
    process = subprocess.Popen([sys.executable, str(SCRIPT), "--port", str(port), "--data", str(data)])
    try:
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                assert time.monotonic() < ends, "Tryton is not up"
                time.sleep(0.1)
            else:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def client(url: str, password: str = SERVE.PASSWORD) -> TrytonClient:
    settings = Crm(
        kind="tryton", api_base_url=url, username="admin", password=SecretStr(password), timeout_seconds=START_SECONDS
    )
    return TrytonClient(settings)


def test_a_lead_becomes_one_party_however_often_it_is_delivered(url: str) -> None:
    lead = {"first_name": "Ada", "last_name": "Löwenherz", "email": "ada@example.com", "phone": "+49 30 1"}
    first = client(url).deliver("key-1", lead)
    assert isinstance(first, Delivered), first
    assert client(url).deliver("key-1", lead) == first
    other = client(url).deliver("key-2", {})
    assert isinstance(other, Delivered)
    assert other != first


def test_a_session_that_has_ended_is_begun_anew(url: str) -> None:
    found = client(url)
    found._session = "YWRtaW46MTpub3RoaW5n"
    assert isinstance(found.deliver("key-3", {"company": "Engines"}), Delivered)


def test_a_wrong_password_is_named_and_tried_again(url: str) -> None:
    outcome = client(url, "wrong-password").deliver("key-4", {})
    assert isinstance(outcome, Unclear)
    assert "crm.password" in outcome.reason


@pytest.mark.parametrize(
    ("lead", "name", "contacts"),
    [
        ({}, "Lead without a name", []),
        ({"email": "a@b.c"}, "a@b.c", [("email", "a@b.c")]),
        ({"company": "Engines", "email": "a@b.c", "phone": "1"}, "Engines", [("email", "a@b.c"), ("phone", "1")]),
        ({"first_name": "Ada", "company": "Engines"}, "Ada", []),
    ],
)
def test_what_a_lead_is_in_tryton(lead: dict[str, str], name: str, contacts: list[tuple[str, str]]) -> None:
    party = party_of("key", lead)
    assert (party["name"], party["code"]) == (name, "key")
    made = [(each["type"], each["value"]) for kind in party["contact_mechanisms"] for each in kind[1]]
    assert made == contacts


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200, None, b'{"id": 1, "error": ["UserError", ["no", "", null]]}'), Refused("UserError: no")),
        (Answer(200, None, b'{"id": 1, "error": ["KeyError", ""]}'), Unclear("KeyError: ")),
        (Answer(200, None, b"<html>"), Unclear("an answer that is not JSON")),
        (Answer(200, None, b"{}"), Unclear("an answer without result")),
        (Answer(200, None, b"[]"), Unclear("status 200 with an answer without id")),
        (Answer(503, "2", b""), Unclear("status 503", 2.0)),
        (Answer(404, None, b""), Refused("status 404")),
    ],
)
def test_what_answers_mean(answer: Answer, outcome: object) -> None:
    with pytest.raises(Failure) as failure:
        result_of(answer)
    assert failure.value.outcome == outcome


def test_the_script_says_what_it_needs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["serve.py"])
    with pytest.raises(SystemExit):
        SERVE.main()
    assert "--port" in capsys.readouterr().err


def test_its_requirements_are_pinned() -> None:
    lines = [line for line in Path(SERVE.REQUIREMENTS).read_text().splitlines() if not line.startswith("#")]
    assert all("==" in line for line in lines)

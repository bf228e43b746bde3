"""The stdio driver offers the whole Python API to another process, and survives whatever it is sent."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.systems.caio.core.builders import YAML, contract

DRIVER = Path(__file__).parents[4] / "systems" / "caio" / "drivers" / "python_api.py"
REQUEST = {"intent": {"type": "chat"}, "user": {"trust_level": 1}}


def converse(*messages: Any) -> list[dict[str, Any]]:
    """Every line the driver writes for the messages; a string is sent as it is."""
    lines = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    done = subprocess.run(
        [sys.executable, str(DRIVER)],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def call(number: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def test_it_says_when_it_is_ready_and_with_what() -> None:
    assert converse() == [{"jsonrpc": "2.0", "method": "ready", "params": {"version": "1.0.0"}}]


def test_a_whole_conversation() -> None:
    replies = converse(
        call(1, "register", contract=YAML),
        call(2, "services"),
        call(3, "route", request=REQUEST, policies=[{"type": "trust", "minimum": 1}], history={}, seed=42),
        call(4, "keys"),
        call(5, "set_policies", policies=[{"type": "deny", "services": ["local-chat"]}]),
        call(6, "route", request=REQUEST),
        call(7, "remove", service_id="local-chat"),
        call(8, "service", service_id="local-chat"),
    )[1:]
    assert [reply["id"] for reply in replies] == list(range(1, 9))
    assert replies[0]["result"]["service_id"] == "local-chat"
    assert replies[1]["result"]["total"] == 1
    assert replies[2]["result"]["signature"]["key_id"] == replies[3]["result"]["keys"][0]["key_id"]
    assert replies[5]["error"]["data"]["candidates"][0]["reason"].startswith("service_id must not be")
    assert replies[6]["result"] is True
    assert replies[7]["error"]["data"]["type"] == "urn:caio:problem:service-not-found"


def test_a_decision_is_fetched_and_verified_with_contracts_or_without() -> None:
    first = converse(call(1, "register", contract=YAML), call(2, "route", request=REQUEST))[2]["result"]
    replies = converse(
        call(1, "register", contract=YAML),
        call(2, "route", request=REQUEST),
        call(3, "decision", decision_id=first["decision_id"]),
        call(4, "verify", decision=first, contracts=[YAML]),
    )[1:]
    assert replies[2]["result"]["decision_id"] == first["decision_id"]
    assert replies[3]["result"]["valid"] is False
    assert "names key" in replies[3]["result"]["problems"][0]


def test_requests_routed_together_are_answered_in_order_and_fail_alone() -> None:
    requests = [{"request": REQUEST, "seed": 1}, {"request": {"intent": {"type": "song"}}}, {}, {"request": REQUEST}]
    together = converse(call(1, "register", contract=YAML), call(2, "route_together", requests=requests))[2]["result"]
    assert [list(each) for each in together] == [["result"], ["error"], ["error"], ["result"]]
    assert together[0]["result"]["trace"]["seed"] == 1
    assert together[1]["error"]["data"]["type"] == "urn:caio:problem:no-matching-services"
    assert together[2]["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", -32700),
        ([], -32600),
        ({"id": 1, "method": "services"}, -32600),
        (call(1, "explode"), -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "services", "params": []}, -32602),
        (call(1, "route"), -32602),
        (call(1, "route", request=5), -32000),
        (call(1, "register", contract=5), -32000),
        (call(1, "register", contract="{"), -32000),
    ],
)
def test_a_fault_is_answered_and_the_driver_goes_on(message: Any, code: int) -> None:
    replies = converse(message, call(2, "services"))
    assert replies[1]["error"]["code"] == code
    assert replies[2]["result"] == {"items": [], "total": 0}


def test_many_threads_may_ask_at_the_same_time_and_each_request_is_counted_once() -> None:
    (_, registered, loaded) = converse(
        call(1, "register_all", contracts=[contract(f"chat-{number}").to_dict() for number in range(3)]),
        call(2, "load", request={**REQUEST, "requirements": {"capabilities": ["chat"]}}, threads=5, each=20),
    )
    assert registered["result"] == 3
    seconds = loaded["result"]["by_second"]
    assert sum(second["sent"] for second in seconds) == 100
    assert sum(count for second in seconds for count in second["times"].values()) == 100
    assert not any(second["failures"] for second in seconds)
    assert loaded["result"]["seconds"] > 0


def test_refusals_are_told_from_times() -> None:
    (_, loaded) = converse(call(1, "load", request=REQUEST, threads=2, each=3))
    seconds = loaded["result"]["by_second"]
    assert sum(second["failures"].get("status", 0) for second in seconds) == 6
    assert not any(second["times"] for second in seconds)


def test_an_interrupted_load_tells_of_what_was_done_until_then() -> None:
    """And the driver goes on."""
    with subprocess.Popen([sys.executable, str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as driver:
        assert driver.stdin is not None
        assert driver.stdout is not None
        load = call(2, "load", request={**REQUEST, "requirements": {}}, threads=3, each=1_000_000)
        for message in (call(1, "register_all", contracts=[contract("chat").to_dict()]), load):
            driver.stdin.write(json.dumps(message).encode() + b"\n")
            driver.stdin.flush()
        assert [json.loads(driver.stdout.readline())["params"]["version"]] == ["1.0.0"]
        assert json.loads(driver.stdout.readline())["result"] == 1
        time.sleep(1.0)
        driver.send_signal(signal.SIGINT)
        result = json.loads(driver.stdout.readline())["result"]
        driver.stdin.write(json.dumps(call(3, "services")).encode() + b"\n")
        driver.stdin.close()
        assert json.loads(driver.stdout.readline())["result"]["total"] == 1
    assert driver.returncode == 0
    answered = sum(count for second in result["by_second"] for count in second["times"].values())
    assert 0 < answered < 3_000_000
    assert answered == sum(second["sent"] for second in result["by_second"])
    assert 0 < result["seconds"] < 30


def test_a_call_that_is_under_way_when_a_load_is_interrupted_is_waited_for_and_counted() -> None:
    program = """
import os, signal, threading, time
from burst import Burst
threading.Timer(0.75, os.kill, (os.getpid(), signal.SIGINT)).start()
burst = Burst(lambda number: time.sleep(0.5), lambda error: False, 1, 10).run()
print([second["sent"] for second in burst["by_second"]], burst["seconds"] >= 1.0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=DRIVER.parent, capture_output=True, text=True, timeout=30, check=True
    )
    sent, whole = done.stdout.rsplit(maxsplit=1)
    assert (sum(json.loads(sent)), whole) == (2, "True")


def test_no_two_calls_of_all_bursts_have_the_same_number() -> None:
    """So each makes a decision of its own, also in the next round."""
    program = f"""
from python_api import Driver
driver = Driver()
driver.register_all({{"contracts": [{contract("local-chat").to_dict()!r}]}})
for _ in range(2):
    driver.load({{"request": {REQUEST!r}, "threads": 5, "each": 20}})
print(len({{made.decision_id for made in driver.orchestrator.decisions(1000)}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=DRIVER.parent, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "200\n"

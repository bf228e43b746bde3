"""A full disk: what cannot be stored is refused and not acknowledged, and all is well once there is room again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.systems.caio.service.conftest import Running, contract, until

Start = Callable[..., Running]

CHAT = {"intent": {"type": "chat"}}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)], check=False, capture_output=True, text=True
    )
    if made.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return filling
    return filling


def states(running: Running) -> dict[str, Any]:
    return dict(running.http.get("/health").json()["components"])


def test_a_full_disk_refuses_what_it_cannot_keep_and_heals_without_a_restart(start: Start, disk: Path) -> None:
    running = start(DATA_DIR=disk / "data")
    assert running.http.post("/api/v1/services", json=contract()).status_code == 201
    first = running.http.post("/api/v1/route", json=CHAT).json()
    filling = fill(disk)

    kept, refused = [first], 0
    for number in range(400):
        # The store has a little room of its own left; what is acknowledged out of it counts too.
        answer = running.http.post("/api/v1/route", json={**CHAT, "context": {"n": number, "text": "x" * 4000}})
        if answer.status_code == 200:
            kept.append(answer.json())
            continue
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:caio:problem:store-unavailable")
        assert "full" in answer.json()["detail"]
        refused += 1
        if refused == 3:
            break
    assert refused == 3
    services = 1
    while (answer := running.http.post("/api/v1/services", json=contract(f"s{services}"))).status_code == 201:
        services += 1
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:caio:problem:store-unavailable")
    assert running.http.get("/api/v1/services?limit=1000").json()["total"] == services
    state = states(running)["traceability"]
    assert state["status"] == "unhealthy"
    assert "full" in state["detail"]
    assert running.http.get("/health/ready").status_code == 503
    assert running.http.get("/health/live").status_code == 200
    assert running.http.get(f"/api/v1/decisions/{first['decision_id']}").json() == first

    filling.unlink()
    until(lambda: running.http.get("/health/ready").status_code == 200, "it is ready again")
    assert running.http.post("/api/v1/services", json=contract(f"s{services}")).status_code == 201
    assert running.http.post("/api/v1/route", json={**CHAT, "context": {"text": "y" * 4000}}).status_code == 200
    running.kill()
    again = start(DATA_DIR=disk / "data")
    assert again.http.get("/api/v1/services?limit=1000").json()["total"] == services + 1
    for decision in kept:
        assert again.http.get(f"/api/v1/decisions/{decision['decision_id']}").json() == decision


def test_an_audit_record_that_does_not_fit_is_in_the_log_and_leaves_no_piece(start: Start, disk: Path) -> None:
    running = start(DATA_DIR=disk / "data")
    assert running.http.delete("/api/v1/services/before").status_code == 404
    filling = fill(disk)
    for number in range(60):
        assert running.http.delete(f"/api/v1/services/{'x' * 150}-{number}").status_code == 404
    filling.unlink()
    assert running.http.delete("/api/v1/services/after").status_code == 404
    records = [json.loads(line) for line in (disk / "data" / "audit.jsonl").read_text().splitlines()]
    assert (records[0]["target"], records[-1]["target"]) == ("before", "after")
    assert len(records) < 62
    log = [json.loads(line) for line in running.log.read_text().splitlines()]
    assert any(line["event"] == "the audit file cannot be written" for line in log)
    assert sum(line["event"] == "audit" for line in log) == 62

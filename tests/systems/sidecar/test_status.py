"""Both StatusStores keep the same rules."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sidecar.chaos import ChaosControl
from sidecar.settings import Settings
from sidecar.status import gateways, rules, traces
from sidecar.status.dynamodb import DynamoDbStore
from sidecar.status.json_lines import JsonLinesStore
from sidecar.status.store import Item, RuleBroken, StatusStore, StoreUnavailable
from sidecar.status.traces import NewTrace

from support.base.settings import ROOT

SERVE = ROOT / "systems/sidecar/dynamodb/serve.py"
Open = Callable[[], StatusStore]


@pytest.fixture(scope="module")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (ROOT / "node_modules/dynalite").is_dir():
        pytest.skip("the npm package dynalite is not installed")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, str(SERVE), "--port", str(port), "--data", str(tmp_path_factory.mktemp("ddb"))]
    process = subprocess.Popen(command, env={**os.environ, "STATUS_BACKEND": "ddb"}, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.kill()
    process.wait()


@pytest.fixture(params=["json", "ddb"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "json":
        return lambda: JsonLinesStore(tmp_path / "status.json", ChaosControl(None), 3600)
    url = request.getfixturevalue("dynamodb")
    table = f"t{time.monotonic_ns()}"
    return lambda: DynamoDbStore(Settings(ddb_endpoint_url=url, ddb_table=table), ChaosControl(None))


@pytest.fixture
def store(opened: Open) -> StatusStore:
    return opened()


def made(store: StatusStore, tenant: str = "tenantA", recorded: bool = True) -> NewTrace:
    trace = NewTrace(traces.new_id(), tenant, "sentence", "m")
    assert store.create(traces.record_of(trace, time.time()))
    if recorded:
        assert traces.record(store, trace.key, {"prompt": "", "answer": ""}, time.time()) is not None
    return trace


def present(store: StatusStore, trace: NewTrace) -> Item:
    item = store.get(trace.key)
    assert item is not None
    return item


def test_a_record_is_made_once(store: StatusStore) -> None:
    trace = made(store)
    assert not store.create(traces.record_of(trace, 0.0))
    assert present(store, trace)["created"] > 0


def test_what_one_writes_another_reads(opened: Open) -> None:
    one, other = opened(), opened()
    trace = made(one)
    assert traces.cancel(other, trace.key, "enough") is not None
    assert present(one, trace)["status"] == "cancelled"


def test_a_trace_goes_its_way(store: StatusStore) -> None:
    trace = made(store)
    claimed = traces.claim(store, trace.key, 5)
    assert claimed is not None
    assert present(store, trace)["status"] == "running"
    assert traces.complete(store, claimed, "graphs/x.json")
    assert (present(store, trace)["status"], present(store, trace)["notify"]) == ("complete", "pending")
    traces.is_told(store, trace.key)
    assert trace.key not in [item["key"] for item in store.pending("trace")]


def test_a_trace_is_claimed_by_one(store: StatusStore) -> None:
    trace = made(store)
    assert traces.claim(store, trace.key, 5) is not None
    assert traces.claim(store, trace.key, 5) is None


def test_a_trace_without_content_is_not_claimed(store: StatusStore) -> None:
    assert traces.claim(store, made(store, recorded=False).key, 5) is None


def test_who_has_lost_the_lease_completes_nothing(store: StatusStore) -> None:
    trace = made(store)
    first = traces.claim(store, trace.key, -1)
    second = traces.claim(store, trace.key, 5)
    assert first is not None
    assert second is not None
    assert second["attempts"] == 2
    assert not traces.complete(store, first, "graphs/first.json")
    assert not traces.renew(store, first, 5)
    assert traces.complete(store, second, "graphs/second.json")
    assert present(store, trace)["graph"] == "graphs/second.json"


def test_a_cancelled_trace_stays_cancelled(store: StatusStore) -> None:
    trace = made(store)
    claimed = traces.claim(store, trace.key, 5)
    assert claimed is not None
    assert traces.cancel(store, trace.key, "enough") is not None
    assert not traces.complete(store, claimed, "graphs/x.json")
    assert not traces.fail(store, claimed, "why")
    assert traces.cancel(store, trace.key, "again") is None
    assert (present(store, trace)["status"], present(store, trace)["graph"]) == ("cancelled", None)


@pytest.mark.parametrize("field", ["tenant", "created", "trace_id", "kind", "key"])
def test_what_is_written_once_cannot_be_changed(store: StatusStore, field: str) -> None:
    trace = made(store)
    with pytest.raises(RuleBroken):
        store.change(trace.key, lambda item: {**item, field: "other"})
    assert present(store, trace)["tenant"] == "tenantA"


@pytest.mark.parametrize("before", sorted(rules.FOLLOWING))
@pytest.mark.parametrize("after", sorted(rules.FOLLOWING))
def test_statuses_move_only_forward(before: str, after: str) -> None:
    record = traces.record_of(NewTrace("0" * 32, "t", "token", "m"), 0.0)
    ways = {("queued", "running"), ("queued", "failed"), ("queued", "cancelled")}
    ways |= {("running", end) for end in ("complete", "failed", "cancelled")}
    if before == after or (before, after) in ways:
        rules.check({**record, "status": before}, {**record, "status": after})
    else:
        with pytest.raises(RuleBroken):
            rules.check({**record, "status": before}, {**record, "status": after})


def test_the_graph_of_an_ended_trace_is_fixed(store: StatusStore) -> None:
    trace = made(store)
    traces.cancel(store, trace.key, "enough")
    with pytest.raises(RuleBroken):
        store.change(trace.key, lambda item: {**item, "graph": "graphs/x.json"})


def test_two_tenants_may_have_the_same_trace_id(store: StatusStore) -> None:
    one = NewTrace("a" * 32, "tenantA", "sentence", "m")
    other = NewTrace("a" * 32, "tenantB", "token", "m")
    assert store.create(traces.record_of(one, 1.0))
    assert store.create(traces.record_of(other, 1.0))
    traces.cancel(store, one.key, "enough")
    assert present(store, other)["status"] == "queued"


def test_of_many_who_claim_at_once_one_wins(opened: Open) -> None:
    trace = made(opened())
    won: list[Item | None] = []
    threads = [threading.Thread(target=lambda: won.append(traces.claim(opened(), trace.key, 60))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), sum(each is not None for each in won)) == (8, 1)


def test_a_gateway_without_a_sign_of_life_is_dead(store: StatusStore) -> None:
    trace = {"gateway": "g1", "created": time.time() - 60}
    assert gateways.is_dead(store, trace)
    gateways.beat(store, "g1")
    gateways.beat(store, "g1")
    assert not gateways.is_dead(store, trace)


def test_a_writer_that_was_killed_in_the_middle_leaves_no_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    store = JsonLinesStore(path, ChaosControl(None), 3600)
    first = made(store)
    with path.open("ab") as file:
        file.write(b'{"key":"trace#x')
    second = made(store)
    fresh = JsonLinesStore(path, ChaosControl(None), 3600)
    assert present(fresh, first)["status"] == present(fresh, second)["status"] == "queued"


def test_history_is_forgotten_and_others_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.status.json_lines.COMPACT_FROM", 20_000)
    path = tmp_path / "status.json"
    store, other = (JsonLinesStore(path, ChaosControl(None), 3600) for _ in range(2))
    store._compact_at = 20_000
    kept = made(store)
    present(other, kept)
    for _ in range(100):
        gateways.beat(store, "g1")
    for _ in range(40):
        trace = made(store)
        traces.cancel(store, trace.key, "enough")
    assert path.stat().st_size < 60_000
    assert present(other, kept)["status"] == "queued"
    assert present(other, trace)["status"] == "cancelled"


def test_a_lock_that_somebody_holds_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sidecar.status import json_lines

    with (
        json_lines.locked(tmp_path / "lock"),
        pytest.raises(StoreUnavailable),
        json_lines.locked(tmp_path / "lock", 0.05),
    ):
        pass


def test_a_store_that_is_away_says_so() -> None:
    store = DynamoDbStore(Settings(ddb_endpoint_url="http://127.0.0.1:9"), ChaosControl(None))
    with pytest.raises(StoreUnavailable):
        store.get("trace#a#b")

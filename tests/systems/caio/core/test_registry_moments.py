"""What others can see while a change is being made, at every line of it: the service before or after, never neither."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from caio.api.replica import Replica
from caio.dispatch.circuits import CircuitBoard
from caio.registry import ServiceRegistry
from caio.store.records import Records

from tests.systems.caio.core.builders import contract, orchestrator


def at_every_line(do: Callable[[], object], see: Callable[[], None]) -> int:
    """Do something, looking before every line of CAIO that it runs. Gives how often it was looked."""
    looks = 0
    before = sys.gettrace()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal looks
        if not frame.f_globals.get("__name__", "").startswith("caio."):
            return None
        if event == "line":
            looks += 1
            see()
        return trace

    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(before)
    return looks


def test_a_service_that_is_being_replaced_is_there_all_the_time() -> None:
    registry = ServiceRegistry()
    registry.add(contract("a"))
    seen: list[str] = []
    changes: list[Callable[[], object]] = [
        lambda: registry.add(contract("a", version="2"), replace=True),
        lambda: registry.adopt(contract("a", version="3")),
    ]
    for change in changes:
        assert at_every_line(change, lambda: seen.append(registry.get("a").version)) > 10
    assert list(dict.fromkeys(seen)) == ["1.0.0", "2", "3"]


def test_an_instance_is_up_to_date_with_its_own_change_only_once_it_goes_by_it(tmp_path: Path) -> None:
    records = Records(tmp_path)
    subject = orchestrator()
    replica = Replica(subject, records, CircuitBoard(3, 10.0))
    replica.load()
    seen: list[tuple[int, str]] = []

    def see() -> None:
        position = records.position()
        assert position is not None
        if replica.is_at(position):
            held = [entry.version for entry in subject.services()]
            seen.append((position.revision, ",".join(held)))

    changes: list[Callable[[], object]] = [
        lambda: subject.register_service(contract("a")),
        lambda: subject.register_service(contract("a", version="2"), replace=True),
        lambda: subject.remove_service("a"),
    ]
    for change in changes:
        assert at_every_line(change, see) > 10
        see()
    records.close()
    assert list(dict.fromkeys(seen)) == [(0, ""), (1, "1.0.0"), (2, "2"), (3, "")]


def test_a_call_that_failed_after_a_change_counts_however_soon_it_is_told() -> None:
    """Outcomes of other instances come in under the lock of the registry, as in Replica.catch_up."""
    subject = orchestrator(contract("a"))
    original = subject.registry.add
    added = threading.Event()

    def tell() -> None:
        assert added.wait(10)
        with subject.registry.lock:
            subject.outcomes.put("a", [False])

    other = threading.Thread(target=tell)

    def add(*args: Any, **options: Any) -> Any:
        entry = original(*args, **options)
        added.set()
        # As long as it takes where nothing keeps it from telling; where the lock does, it tells afterwards.
        other.join(0.5)
        return entry

    subject.registry.add = add  # type: ignore[method-assign]
    other.start()
    subject.register_service(contract("a", version="2"), replace=True)
    other.join(10)
    assert subject.outcomes.counts() == {"a": (0, 1)}

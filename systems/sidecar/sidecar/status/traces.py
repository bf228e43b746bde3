"""Traces: how they are made, claimed, completed, cancelled and shown. Each change is one conditional write."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sidecar.status.rules import CANCELLED, COMPLETE, ENDED, FAILED, QUEUED, RUNNING
from sidecar.status.store import Item, StatusStore, key_of

KIND = "trace"
USABLE_ID = re.compile(r"[0-9a-f]{32}")
LEVELS = ("sentence", "token")
TO_BE_TOLD, TOLD = "pending", "done"
"""Whether the courier has still to tell the webhooks of an ended trace."""


@dataclass(frozen=True, slots=True)
class NewTrace:
    """What is known of a trace when it is made."""

    trace_id: str
    tenant: str
    level: str
    model: str

    @property
    def key(self) -> str:
        """Its key in the store; the tenant is part of it."""
        return key_of(KIND, self.tenant, self.trace_id)


def new_id() -> str:
    """An id that nobody can guess."""
    return uuid.uuid4().hex


def record_of(trace: NewTrace, now: float) -> Item:
    """The first record of a trace; its content follows."""
    return {
        "key": trace.key,
        "kind": KIND,
        "tenant": trace.tenant,
        "trace_id": trace.trace_id,
        "status": QUEUED,
        "level": trace.level,
        "model": trace.model,
        "created": now,
        "updated": now,
        "started": None,
        "ended": None,
        "attempts": 0,
        "reason": None,
        "recorded": None,
        "graph": None,
        "snippet": None,
        "lease": None,
        "lease_until": None,
        "notify": None,
        "gateway": None,
        "open": True,
    }


def record(store: StatusStore, key: str, snippet: dict[str, str], now: float) -> Item | None:
    """Say that the content is there and the trace can be explained. None if it has ended meanwhile."""

    def decide(item: Item) -> Item | None:
        if item["status"] != QUEUED or item["recorded"] is not None:
            return None
        return {**item, "recorded": now, "snippet": snippet, "updated": now}

    return store.change(key, decide)


def claim(store: StatusStore, key: str, lease_seconds: float) -> Item | None:
    """Take a trace to explain it, unless it has ended, is not recorded yet, or another works on it."""
    now, lease = time.time(), uuid.uuid4().hex

    def decide(item: Item) -> Item | None:
        free = item["status"] == QUEUED or (item["status"] == RUNNING and item["lease_until"] < now)
        if not free or item["recorded"] is None:
            return None
        return {
            **item,
            "status": RUNNING,
            "started": item["started"] or now,
            "attempts": item["attempts"] + 1,
            "lease": lease,
            "lease_until": now + lease_seconds,
            "updated": now,
        }

    return store.change(key, decide)


def renew(store: StatusStore, claimed: Item, lease_seconds: float) -> bool:
    """Keep a lease. False if it is lost: the trace was cancelled, or is another's."""

    def decide(item: Item) -> Item | None:
        return {**item, "lease_until": time.time() + lease_seconds} if holds(item, claimed) else None

    return store.change(claimed["key"], decide) is not None


def complete(store: StatusStore, claimed: Item, graph: str) -> bool:
    """Complete a trace with its graph. False if the lease is lost."""
    return end(store, claimed["key"], COMPLETE, None, lambda item: holds(item, claimed), graph) is not None


def fail(store: StatusStore, claimed: Item, reason: str) -> bool:
    """End a trace that cannot be explained. False if the lease is lost."""
    return end(store, claimed["key"], FAILED, reason, lambda item: holds(item, claimed)) is not None


def cancel(store: StatusStore, key: str, reason: str) -> Item | None:
    """End a trace that has not ended. None if it has."""
    return end(store, key, CANCELLED, reason, lambda item: item["status"] not in ENDED)


def end(
    store: StatusStore,
    key: str,
    status: str,
    reason: str | None,
    allowed: Callable[[Item], bool],
    graph: str | None = None,
) -> Item | None:
    """End a trace where that is ``allowed``. None where it is not."""

    def decide(item: Item) -> Item | None:
        if not allowed(item):
            return None
        now = time.time()
        changed = {"status": status, "reason": reason, "graph": graph, "ended": now, "updated": now}
        return {**item, **changed, "lease": None, "lease_until": None, "notify": TO_BE_TOLD}

    return store.change(key, decide)


def is_told(store: StatusStore, key: str) -> None:
    """The courier has taken over what has to be told."""
    store.change(key, lambda item: {**item, "notify": TOLD, "open": False} if item["notify"] == TO_BE_TOLD else None)


def holds(item: Item, claimed: Item) -> bool:
    """Whether a claim is still good."""
    return bool(item["status"] == RUNNING and item["lease"] == claimed["lease"])


def is_active(item: Item) -> bool:
    """Whether an explanation is still to come."""
    return item["status"] in (QUEUED, RUNNING)


def depth(items: list[Item]) -> tuple[int, float]:
    """Of pending traces: how many wait or are worked on, and for how many seconds the oldest has been waiting."""
    active = [item for item in items if is_active(item)]
    waiting = [item["created"] for item in active if item["status"] == QUEUED]
    return len(active), max(0.0, time.time() - min(waiting)) if waiting else 0.0


def shown(item: Item) -> dict[str, Any]:
    """A trace as its owner sees it."""
    ended = item["status"] == COMPLETE
    return {
        "trace_id": item["trace_id"],
        "tenant": item["tenant"],
        "status": item["status"],
        "level": item["level"],
        "model": item["model"],
        "created": at(item["created"]),
        "updated": at(item["updated"]),
        "started": at(item["started"]),
        "ended": at(item["ended"]),
        "attempts": item["attempts"],
        "reason": item["reason"],
        "graph": f"/v1/traces/{item['trace_id']}/graph" if ended else None,
        "snippet": item["snippet"],
    }


def at(seconds: float | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

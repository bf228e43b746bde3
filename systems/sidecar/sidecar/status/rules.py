"""The rules that every write to a StatusStore keeps: a tenant is written once, statuses move only forward."""

from __future__ import annotations

from sidecar.status.store import Item, RuleBroken

QUEUED, RUNNING, COMPLETE, FAILED, CANCELLED = "queued", "running", "complete", "failed", "cancelled"

ENDED = frozenset({COMPLETE, FAILED, CANCELLED})

FOLLOWING = {
    QUEUED: frozenset({QUEUED, RUNNING, FAILED, CANCELLED}),
    RUNNING: frozenset({RUNNING, COMPLETE, FAILED, CANCELLED}),
    COMPLETE: frozenset({COMPLETE}),
    FAILED: frozenset({FAILED}),
    CANCELLED: frozenset({CANCELLED}),
}
"""Which statuses may follow each. Of an ended trace only the bookkeeping of its webhooks changes."""

FIXED = ("key", "kind", "tenant", "created")
FIXED_OF_ENDED = ("graph", "reason", "ended", "level", "snippet")


def check(before: Item, after: Item) -> None:
    """Raises RuleBroken for a change that is not allowed."""
    for field in FIXED:
        if before.get(field) != after.get(field):
            raise RuleBroken(f"{field} of {before['key']} is written once")
    if before["kind"] != "trace":
        return
    if after.get("trace_id") != before.get("trace_id"):
        raise RuleBroken(f"trace_id of {before['key']} is written once")
    if after["status"] not in FOLLOWING[before["status"]]:
        raise RuleBroken(f"{before['key']} is {before['status']} and cannot become {after['status']}")
    for field in FIXED_OF_ENDED if before["status"] in ENDED else ():
        if before.get(field) != after.get(field):
            raise RuleBroken(f"{before['key']} has ended, and its {field} is fixed")

"""What the sidecar promises of traces, cancels and webhooks, said naively: plain lists, no queue, no lease, no store.

Written from the criteria (SIDE-TRACE-02, -04 and -05, SIDE-TENANT-01, SIDE-CHAOS-03) and the sidecar's README, never
from its code. A chat that is explained has a trace of the caller's tenant; a chat that is not has none. A trace is
queued, then running, then complete or failed; until then it can be cancelled, and whatever its end is, it stays. A
graph is there if and only if its trace is complete. To another tenant a trace is not there. A webhook is told of each
end of a trace of its tenant that was made while it was registered, under one id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

QUEUED, RUNNING, COMPLETE, FAILED, CANCELLED = "queued", "running", "complete", "failed", "cancelled"
NEXT: Mapping[str, frozenset[str]] = {
    QUEUED: frozenset({QUEUED, RUNNING, COMPLETE, FAILED}),
    RUNNING: frozenset({RUNNING, COMPLETE, FAILED}),
    COMPLETE: frozenset({COMPLETE}),
    FAILED: frozenset({FAILED}),
    CANCELLED: frozenset({CANCELLED}),
}
"""Status → those that it may have when it is looked at next, if nobody has cancelled it."""
ENDED = frozenset({COMPLETE, FAILED, CANCELLED})


@dataclass(slots=True)
class KnownTrace:
    """A trace: whose it is, the last status that was seen, and whether attribution has been failing meanwhile."""

    id: str
    tenant: str
    status: str = QUEUED
    may_fail: bool = False

    @property
    def ended(self) -> bool:
        """Whether it has come to an end."""
        return self.status in ENDED

    def possible(self) -> frozenset[str]:
        """The statuses that it may have now."""
        return NEXT[self.status] - (frozenset() if self.may_fail or self.status == FAILED else {FAILED})

    def seen(self, status: str) -> bool:
        """Take in a status that was seen; False if it may not have that."""
        if status not in self.possible():
            return False
        self.status = status
        return True

    def cancelled(self) -> bool:
        """Take in that somebody has cancelled it; False if it had ended in another way."""
        if self.ended and self.status != CANCELLED:
            return False
        self.status = CANCELLED
        return True


@dataclass(slots=True)
class KnownWebhook:
    """A webhook: whose it is, and the traces that it must be told of; none more once it is taken away."""

    name: str
    tenant: str
    due: list[str] = field(default_factory=list)
    taken_away: bool = False


@dataclass(slots=True)
class TraceList:
    """All traces and webhooks, the oldest first, and whether attribution is failing."""

    traces: list[KnownTrace] = field(default_factory=list)
    webhooks: list[KnownWebhook] = field(default_factory=list)
    failing: bool = False

    def add(self, name: str, tenant: str) -> bool:
        """Take in a trace that a chat has named; False if there is one of that name."""
        if any(each.id == name for each in self.traces):
            return False
        self.traces.append(KnownTrace(name, tenant, may_fail=self.failing))
        for webhook in self.webhooks:
            if webhook.tenant == tenant and not webhook.taken_away:
                webhook.due.append(name)
        return True

    def switch(self, failing: bool) -> None:
        """Attribution fails from now on, or works again: what has not ended yet may fail."""
        self.failing = failing
        for trace in self.traces:
            trace.may_fail = trace.may_fail or (failing and not trace.ended)

    def find(self, name: str, tenant: str) -> KnownTrace | None:
        """A trace, if it is there for a tenant."""
        return next((each for each in self.traces if each.id == name and each.tenant == tenant), None)

"""Hands records to a thread that writes them, so that no chat waits for the file."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from chassis import logs, redaction
from prometheus_client import Counter

from sidecar import pii
from sidecar.audit.chain import AuditChain
from sidecar.settings import Settings
from sidecar.status.store import StoreUnavailable

LONGEST = 200
"""Characters of a target."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to which target, and what came of it."""

    who: str
    tenant: str | None
    what: str
    outcome: str
    target: str
    request_id: str | None = None


class AuditLog:
    """Writes acts in their order; ``close`` writes what is left."""

    def __init__(self, settings: Settings, counted: Counter | None = None) -> None:
        self._chain = AuditChain(settings.audit_path, settings.audit_head, settings.audit_secret)
        self._acts: queue.SimpleQueue[tuple[Act, str, Future[None]] | None] = queue.SimpleQueue()
        self._log = logs.get("audit")
        self._counted = counted
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def note(self, act: Act) -> Future[None]:
        """Have an act written; what is given is done once it is."""
        written: Future[None] = Future()
        self._acts.put((act, now(), written))
        return written

    def close(self) -> None:
        """Write what is left."""
        self._acts.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        while (entry := self._acts.get()) is not None:
            act, when, written = entry
            try:
                self._write(act, when)
            except (OSError, StoreUnavailable, ValueError, KeyError) as error:
                self._log.error(
                    "the audit log cannot be written", reason=str(error), what=act.what, outcome=act.outcome
                )
            written.set_result(None)

    def _write(self, act: Act, when: str) -> None:
        self._chain.append({"when": when, **clean(asdict(act))})
        if self._counted is not None:
            self._counted.inc()


def clean(record: dict[str, Any]) -> dict[str, Any]:
    """A record without secrets and personal data."""
    return {
        name: pii.scrub(redaction.redact(value))[:LONGEST] if isinstance(value, str) and name != "request_id" else value
        for name, value in record.items()
    }


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

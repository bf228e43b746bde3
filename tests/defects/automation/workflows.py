"""Mistakes with workflows and their queue: steps lost or done twice, statuses that hide, jobs never taken over."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import put, wrap


@defect("AUTO-API-04", "A workflow is called done after its first step", HTTP, sample="triggered")
def done_after_first_step() -> None:
    @wrap("automation.store.runs:begin_step")
    def broken(original: Any, transaction: Any, run: str, step: int, now: float) -> Any:
        return original(transaction, run, 99 if step else 0, now)


@defect("AUTO-API-04", "A status does not say why a step failed", HTTP, sample="says why")
def failure_without_reason() -> None:
    @wrap("automation.store.runs:mark_step")
    def broken(original: Any, transaction: Any, run: str, step: int, status: str, error: Any, now: float) -> None:
        original(transaction, run, step, status, None, now)


@defect("AUTO-API-04", "A step is tried once only", HTTP, sample="says why")
def tried_once() -> None:
    @wrap("automation.workflows.runner:Runner.__init__")
    def broken(original: Any, self: Any, store: Any, settings: Any) -> None:
        original(self, store, settings)
        self._queue = self._queue.model_copy(update={"max_attempts": 1})


@defect("AUTO-API-04", "The workflows of all tenants are one another's", HTTP, sample="another tenant")
def tenants_mixed_in_workflows() -> None:
    @wrap("automation.store.runs:visible")
    def broken(original: Any, caller: Any) -> Any:
        return "1 = 1", []


@defect("AUTO-API-04", "An idempotency key is not looked at", HTTP, sample="One idempotency key")
def key_not_looked_at() -> None:
    @wrap("automation.store.idempotency:earlier")
    def broken(original: Any, *given: Any) -> Any:
        return None

    @wrap("automation.store.idempotency:keep")
    def forgetful(original: Any, *given: Any) -> None:
        return None


@defect(
    "AUTO-QUEUE-01", "Whoever has a job's message does it, also if another worker does", HTTP, sample="delivered twice"
)
def claimed_by_all() -> None:
    _claim_all()


@defect("AUTO-QUEUE-01", "The job of a worker that has died is done by nobody", HTTP, sample="nothing new comes")
def never_taken_over() -> None:
    @wrap("automation.store.jobs:sweep")
    def broken(original: Any, *given: Any) -> int:
        return 0

    put("automation.queue.broker:HEARTBEAT_MILLISECONDS", 60_000)


@defect(
    "AUTO-QUEUE-01", "A job is done with before its steps are done", HTTP, sample="killed in the middle of their work"
)
def acknowledged_first() -> None:
    @wrap("automation.workflows.runner:Runner.do")
    def broken(original: Any, self: Any, claimed: Any) -> None:
        from automation.store import jobs

        with self._store.writing() as transaction:
            jobs.finish(transaction, claimed)

        @wrap("automation.workflows.runner:Runner._keep")
        def any_lease(original: Any, self: Any, transaction: Any, claimed: Any) -> None:
            return None

        original(self, claimed)


@defect("AUTO-QUEUE-01", "What is no job is lost, and the worker with it", HTTP, sample="no job does not stop")
def foreign_entry_stops() -> None:
    @wrap("automation.queue.broker:Queue.problem")
    def broken(original: Any, self: Any, entry: bytes) -> str:
        return ""


@defect("AUTO-QUEUE-01", "Dead jobs are thrown away", HTTP, sample="kept, and can be tried again")
def dead_thrown_away() -> None:
    @wrap("automation.store.jobs:bury")
    def broken(original: Any, transaction: Any, claimed: Any, error: str) -> bool:
        from automation.store import jobs

        return bool(jobs.finish(transaction, claimed))


def _claim_all() -> None:
    @wrap("automation.store.jobs:claim")
    def broken(original: Any, store: Any, job: str, lease_seconds: float) -> Any:
        from automation.store.jobs import Claim

        found = original(store, job, lease_seconds)
        row = found or store.one("SELECT * FROM jobs WHERE id = ?", job)
        return found or (row and Claim(job, row["kind"], row["ref"], row["attempts"], row["lease"] or ""))

    @wrap("automation.store.jobs:holds")
    def holding(original: Any, *given: Any) -> bool:
        return True

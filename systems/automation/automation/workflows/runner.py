"""Does a workflow run: one step after the other, each checkpointed with its effect."""

from __future__ import annotations

import sqlite3
import time

import orjson
from chassis import logs

from automation.queue.backoff import delay
from automation.settings import Settings
from automation.store import jobs, runs
from automation.store.database import Row, Store
from automation.store.jobs import Claim
from automation.workflows import actions
from automation.workflows.actions import Doing, NotYet, StepFailed


class LeaseLost(Exception):
    """Another worker has taken the job over; what this one has done has had no effect."""


class Runner:
    """Does runs whose jobs this worker has claimed."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._queue = settings.queue
        self._deliverable = settings.crm.active
        self._log = logs.get("workflows")

    def do(self, claimed: Claim) -> None:
        """Go on with a run until it is done, waits, or fails. Raises LeaseLost and sqlite3.Error."""
        run = self._store.one("SELECT * FROM runs WHERE id = ?", claimed.ref)
        if run is None:
            with self._store.writing() as transaction:
                jobs.bury(transaction, claimed, f"there is no workflow {claimed.ref!r}")
            return
        number = int(run["step"])
        with self._store.writing() as transaction:
            step = self._begin(transaction, claimed, number)
        while step is not None:
            doing = Doing(run, step, orjson.loads(step["parameters"]), self._deliverable)
            if step["attempts"] > self._queue.max_attempts:
                self._failed(claimed, doing, StepFailed("its workers have died each time", final=True))
                return
            actions.take_time(doing)
            try:
                with self._store.writing() as transaction:
                    self._keep(transaction, claimed)
                    now = time.time()
                    result = actions.perform(transaction, doing)
                    runs.complete_step(transaction, claimed.ref, number, result, now)
                    number += 1
                    step = self._begin(transaction, claimed, number)
            except NotYet as wait:
                self._put_off(claimed, doing, wait)
                return
            except StepFailed as failure:
                self._failed(claimed, doing, failure)
                return

    def _begin(self, transaction: sqlite3.Connection, claimed: Claim, number: int) -> Row | None:
        """Begin a step; where there is none left the run is done, and so is its job."""
        self._keep(transaction, claimed)
        step = runs.begin_step(transaction, claimed.ref, number, time.time())
        if step is None:
            jobs.finish(transaction, claimed)
        return step

    def _keep(self, transaction: sqlite3.Connection, claimed: Claim) -> None:
        if not jobs.holds(transaction, claimed):
            raise LeaseLost(f"the job {claimed.id} was taken over")

    def _put_off(self, claimed: Claim, doing: Doing, wait: NotYet) -> None:
        with self._store.writing() as transaction:
            self._keep(transaction, claimed)
            if doing.step["action"] == "deliver":
                # What the step itself has set going, as its transaction was not kept.
                actions.ask_for_delivery(transaction, doing)
            runs.mark_step(transaction, claimed.ref, doing.number, runs.WAITING, None, time.time())
            jobs.put_off(transaction, claimed, wait.due_at, None)

    def _failed(self, claimed: Claim, doing: Doing, failure: StepFailed) -> None:
        tried, said = int(doing.step["attempts"]), str(failure)
        final = failure.final or tried >= self._queue.max_attempts
        self._log.warning(
            "step failed", run=claimed.ref, step=doing.step["name"], tried=tried, final=final, reason=said
        )
        with self._store.writing() as transaction:
            self._keep(transaction, claimed)
            now = time.time()
            if final:
                runs.mark_step(transaction, claimed.ref, doing.number, runs.FAILED, said, now)
                jobs.bury(transaction, claimed, said)
            else:
                runs.mark_step(transaction, claimed.ref, doing.number, runs.RETRYING, said, now)
                wait = delay(tried, self._queue.backoff_seconds, self._queue.longest_backoff_seconds)
                jobs.put_off(transaction, claimed, now + wait, said)

"""Workflow runs in the store: their steps are the checkpoints from which another worker goes on."""

from __future__ import annotations

import sqlite3
import time
import uuid

import orjson

from automation.identity.users import Caller
from automation.store import idempotency, jobs
from automation.store.database import Row, Store
from automation.store.leads import Leads, visible
from automation.workflows.model import Workflow

QUEUED, RUNNING, WAITING, RETRYING, COMPLETED, FAILED = (
    "queued",
    "running",
    "waiting",
    "retrying",
    "completed",
    "failed",
)


class NoSuchRun(Exception):
    """There is no workflow of that id, or the caller may not see it."""


class Runs:
    """What callers may do with workflows: admins with those of their tenant, others with their own."""

    def __init__(self, store: Store, leads: Leads) -> None:
        self._store = store
        self._leads = leads

    def start(self, caller: Caller, workflow: Workflow, key: str | None, digest: str) -> tuple[str, bool]:
        """Accept a workflow; gives its id, and whether it is a new one. Raises NoSuchLead and KeyReused."""
        if workflow.lead_id is not None:
            self._leads.find(caller, workflow.lead_id)
        with self._store.writing() as transaction:
            found = idempotency.earlier(transaction, "workflow", caller, key, digest)
            if found is not None:
                return found, False
            lead = workflow.lead_id
            if workflow.lead is not None:
                (lead,) = self._leads.add_in(transaction, caller.tenant, caller.username, [workflow.lead])
            run = self._insert(transaction, caller, workflow, lead)
            idempotency.keep(transaction, "workflow", caller, key, digest, run)
        return run, True

    def _insert(self, transaction: sqlite3.Connection, caller: Caller, workflow: Workflow, lead: str | None) -> str:
        now, run = time.time(), uuid.uuid4().hex
        transaction.execute(
            "INSERT INTO runs (id, tenant, owner, name, lead, status, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)",
            (run, caller.tenant, caller.username, workflow.name, lead, now, now),
        )
        for number, step in enumerate(workflow.all_steps):
            parameters = step.model_dump(mode="json", exclude_unset=True, exclude={"action", "name"})
            transaction.execute(
                "INSERT INTO steps (run, step, name, action, parameters, status) VALUES (?, ?, ?, ?, ?, 'queued')",
                (run, number, step.name, step.action, orjson.dumps(parameters).decode()),
            )
        jobs.add(transaction, jobs.RUN, run, now)
        return run

    def find(self, caller: Caller, run: str) -> Row:
        """One run. Raises NoSuchRun."""
        seen, values = visible(caller)
        row = self._store.one(f"SELECT * FROM runs WHERE id = ? AND {seen.replace('leads.', 'runs.')}", run, *values)
        if row is None:
            raise NoSuchRun(f"there is no workflow {run[:64]!r}")
        return row

    def steps(self, run: str) -> list[Row]:
        """The steps of a run, in order."""
        return self._store.all("SELECT * FROM steps WHERE run = ? ORDER BY step", run)

    def activities(self, run: str) -> list[Row]:
        """What a run has recorded."""
        return self._store.all("SELECT * FROM activities WHERE run = ? ORDER BY seq", run)

    def page(self, caller: Caller, status: str | None, page: int, size: int) -> tuple[list[Row], int]:
        """A page of runs, the newest first, and how many there are in all."""
        seen, values = visible(caller)
        where, found = seen.replace("leads.", "runs."), list(values)
        if status is not None:
            where, found = f"{where} AND runs.status = ?", [*found, status]
        total = self._store.count(f"SELECT count(*) FROM runs WHERE {where}", *found)
        rows = self._store.all(
            f"SELECT * FROM runs WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?", *found, size, (page - 1) * size
        )
        return rows, total


def begin_step(transaction: sqlite3.Connection, run: str, step: int, now: float) -> Row | None:
    """Say that a step is being done now; None if there is none of that number, so that the run is done.

    A step that waits for something goes on as the same attempt, since when it began to wait.
    """
    transaction.execute(
        "UPDATE steps SET attempts = attempts + (status != 'waiting'), since = CASE WHEN status = 'waiting' THEN since"
        " ELSE ? END, status = 'running' WHERE run = ? AND step = ? AND status != 'completed'",
        (now, run, step),
    )
    row = transaction.execute("SELECT * FROM steps WHERE run = ? AND step = ?", (run, step)).fetchone()
    status, error = (RUNNING, None) if row is not None else (COMPLETED, None)
    set_run(transaction, run, status, step, error, now)
    found: Row | None = row
    return found


def complete_step(transaction: sqlite3.Connection, run: str, step: int, result: str | None, now: float) -> bool:
    """The unique claim on a step's effect: False if it has taken effect already."""
    done = transaction.execute(
        "UPDATE steps SET status = 'completed', finished_at = ?, result = ?, error = NULL WHERE run = ? AND step = ?"
        " AND status != 'completed'",
        (now, result, run, step),
    )
    return done.rowcount == 1


def mark_step(transaction: sqlite3.Connection, run: str, step: int, status: str, error: str | None, now: float) -> None:
    """Say why a step is not done yet, or never will be."""
    transaction.execute(
        "UPDATE steps SET status = ?, error = ?, finished_at = CASE WHEN ? = 'failed' THEN ? END WHERE run = ? AND"
        " step = ?",
        (status, error, status, now, run, step),
    )
    set_run(transaction, run, status, step, error, now)


def set_run(transaction: sqlite3.Connection, run: str, status: str, step: int, error: str | None, now: float) -> None:
    """How far a run has come."""
    transaction.execute(
        "UPDATE runs SET status = ?, step = ?, error = ?, updated_at = ? WHERE id = ?", (status, step, error, now, run)
    )


def revive(transaction: sqlite3.Connection, run: str, now: float) -> None:
    """Let a failed run go on at the step that failed."""
    transaction.execute(
        "UPDATE steps SET status = 'queued', attempts = 0, finished_at = NULL WHERE run = ? AND status = 'failed'",
        (run,),
    )
    transaction.execute("UPDATE runs SET status = 'queued', error = NULL, updated_at = ? WHERE id = ?", (now, run))

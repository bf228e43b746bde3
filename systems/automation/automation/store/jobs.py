"""Jobs: what is accepted and has still to be done. They are the outbox, the leases of workers and the dead letters.

A job is ``pending`` (to be sent to the queue at ``due_at``), ``queued``, ``running`` under a lease, or ``dead``. What
the queue delivers is only a hint that a job may be claimed: who claims it does it, and the same message again does
nothing.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from dataclasses import dataclass
from typing import Any

from automation.store.database import Row, Store

RUN, DELIVERY = "run", "delivery"
"""Kinds: ``ref`` is the id of a workflow run, or of a delivery."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker does, as long as its lease is renewed."""

    id: str
    kind: str
    ref: str
    attempts: int
    lease: str


@dataclass(frozen=True, slots=True)
class Depth:
    """What is accepted and not done, by state, and for how many seconds the oldest that is due has been waiting."""

    waiting: int
    running: int
    scheduled: int
    dead: int
    oldest_seconds: float

    @property
    def total(self) -> int:
        """All that is still to be done."""
        return self.waiting + self.running + self.scheduled


def add(transaction: sqlite3.Connection, kind: str, ref: str, now: float, due_at: float = 0.0) -> str:
    """Accept a job, due at once unless said otherwise, as part of the transaction that makes it necessary."""
    job = uuid.uuid4().hex
    transaction.execute(
        "INSERT INTO jobs (id, kind, ref, state, due_at, created_at) VALUES (?, ?, ?, 'pending', ?, ?)",
        (job, kind, ref, due_at, now),
    )
    return job


def depth(store: Store) -> Depth:
    """The depth of the queue."""
    now = time.time()
    row = store.one(
        "SELECT coalesce(sum(state IN ('pending', 'queued') AND due_at <= ?1), 0),"
        " coalesce(sum(state = 'running'), 0), coalesce(sum(state = 'pending' AND due_at > ?1), 0),"
        " coalesce(sum(state = 'dead'), 0),"
        " coalesce(max(CASE WHEN state IN ('pending', 'queued') AND due_at <= ?1"
        " THEN ?1 - max(due_at, created_at) END), 0) FROM jobs",
        now,
    )
    assert row is not None
    return Depth(row[0], row[1], row[2], row[3] + store.count("SELECT count(*) FROM unreadable"), row[4])


def take_due(store: Store, most: int) -> list[Row]:
    """Jobs that are due, marked as queued; the caller sends them now. What it cannot send it gives back."""
    now = time.time()
    if store.one("SELECT 1 FROM jobs WHERE state = 'pending' AND due_at <= ? LIMIT 1", now) is None:
        return []
    with store.writing() as transaction:
        return transaction.execute(
            "UPDATE jobs SET state = 'queued', queued_at = ? WHERE id IN (SELECT id FROM jobs WHERE state = 'pending'"
            " AND due_at <= ? ORDER BY max(due_at, created_at) LIMIT ?) RETURNING id, kind",
            (now, now, most),
        ).fetchall()


def give_back(store: Store, ids: list[str]) -> None:
    """These could not be sent."""
    with store.writing() as transaction:
        transaction.executemany(
            "UPDATE jobs SET state = 'pending' WHERE id = ? AND state = 'queued'", [(i,) for i in ids]
        )


def sweep(store: Store, resend_seconds: float) -> int:
    """Make jobs pending again whose worker has gone, or whose message seems to be lost. Gives how many."""
    now = time.time()
    lost = "(state = 'running' AND lease_until < ?) OR (state = 'queued' AND queued_at < ?)"
    if store.one(f"SELECT 1 FROM jobs WHERE {lost} LIMIT 1", now, now - resend_seconds) is None:
        return 0
    with store.writing() as transaction:
        return transaction.execute(
            f"UPDATE jobs SET state = 'pending', lease = NULL WHERE {lost}", (now, now - resend_seconds)
        ).rowcount


def resend_all(store: Store) -> int:
    """The queue has forgotten everything: what was queued has to be sent again."""
    with store.writing() as transaction:
        return transaction.execute("UPDATE jobs SET state = 'pending' WHERE state = 'queued'").rowcount


def claim(store: Store, job: str, lease_seconds: float) -> Claim | None:
    """Take a job, unless it is done, or another worker does it."""
    now, lease = time.time(), uuid.uuid4().hex
    with store.writing() as transaction:
        row = transaction.execute(
            "UPDATE jobs SET state = 'running', lease = ?, lease_until = ?, attempts = attempts + 1 WHERE id = ?"
            " AND (state IN ('pending', 'queued') AND due_at <= ? OR state = 'running' AND lease_until < ?)"
            " RETURNING kind, ref, attempts",
            (lease, now + lease_seconds, job, now + 0.5, now),
        ).fetchone()
    return Claim(job, row["kind"], row["ref"], row["attempts"], lease) if row is not None else None


def renew(store: Store, claims: list[Claim], lease_seconds: float) -> None:
    """Say that this worker is still at it."""
    until = time.time() + lease_seconds
    with store.writing() as transaction:
        transaction.executemany(
            "UPDATE jobs SET lease_until = ? WHERE id = ? AND lease = ?",
            [(until, each.id, each.lease) for each in claims],
        )


def finish(transaction: sqlite3.Connection, claimed: Claim) -> bool:
    """Remove a job that is done. False if it had been taken over by another worker, whose it is now."""
    done = transaction.execute("DELETE FROM jobs WHERE id = ? AND lease = ?", (claimed.id, claimed.lease))
    return done.rowcount == 1


def holds(transaction: sqlite3.Connection, claimed: Claim) -> bool:
    """Whether a job is still this worker's, as long as the transaction lasts."""
    found = transaction.execute("SELECT 1 FROM jobs WHERE id = ? AND lease = ?", (claimed.id, claimed.lease))
    return found.fetchone() is not None


def put_off(
    transaction: sqlite3.Connection, claimed: Claim, due_at: float, error: str | None, attempts: int | None = None
) -> bool:
    """Do it later; ``attempts`` sets how often it counts as tried."""
    done = transaction.execute(
        "UPDATE jobs SET state = 'pending', due_at = ?, lease = NULL, error = ?, attempts = coalesce(?, attempts)"
        " WHERE id = ? AND lease = ?",
        (due_at, error, attempts, claimed.id, claimed.lease),
    )
    return done.rowcount == 1


def bury(transaction: sqlite3.Connection, claimed: Claim, error: str) -> bool:
    """It has failed for good, and stays as a dead letter."""
    done = transaction.execute(
        "UPDATE jobs SET state = 'dead', error = ?, lease = NULL WHERE id = ? AND lease = ?",
        (error, claimed.id, claimed.lease),
    )
    return done.rowcount == 1


def dead(store: Store, limit: int = 1000) -> list[Row]:
    """Dead letters, the oldest first."""
    return store.all("SELECT * FROM jobs WHERE state = 'dead' ORDER BY created_at LIMIT ?", limit)


def revive(transaction: sqlite3.Connection, job: str) -> Row | None:
    """Try a dead letter again. None if there is none of that id."""
    row: Any = transaction.execute(
        "UPDATE jobs SET state = 'pending', attempts = 0, due_at = ?, error = NULL WHERE id = ? AND state = 'dead'"
        " RETURNING kind, ref",
        (time.time(), job),
    ).fetchone()
    found: Row | None = row
    return found

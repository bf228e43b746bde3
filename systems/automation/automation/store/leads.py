"""Leads in the store, with the delivery of each in the same transaction."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from automation.identity.users import Caller
from automation.leads import LeadChange, LeadData
from automation.store import jobs
from automation.store.database import Row, Store

COLUMNS = ("email", "status", "source", "company")
"""Fields that lists can be filtered by, letter for letter but without regard to case."""

WORDS = ("first_name", "last_name", "email", "company", "job_title", "notes")
"""Fields that a search looks into."""


class NoSuchLead(Exception):
    """There is no lead of that id, or the caller may not see it."""

    def __init__(self, lead: str) -> None:
        super().__init__(f"there is no lead {lead[:64]!r}")
        self.lead = lead


@dataclass(frozen=True, slots=True)
class Query:
    """Which leads to list, and which page of them."""

    filters: dict[str, str]
    search: str | None
    page: int
    size: int


class Leads:
    """What callers may do with leads: admins with those of their tenant, others with their own."""

    def __init__(self, store: Store, deliver: bool) -> None:
        self._store = store
        self._deliver = deliver

    def add(self, caller: Caller, leads: Sequence[LeadData]) -> list[str]:
        """Store new leads, and have them delivered. Gives their ids."""
        with self._store.writing() as transaction:
            return self.add_in(transaction, caller.tenant, caller.username, leads)

    def add_in(self, transaction: sqlite3.Connection, tenant: str, owner: str, leads: Iterable[LeadData]) -> list[str]:
        """The same as part of a transaction."""
        now, ids = time.time(), []
        for lead in leads:
            fields = {key: value for key, value in lead.given.items() if value is not None}
            ids.append(uuid.uuid4().hex)
            transaction.execute(
                "INSERT INTO leads (id, tenant, owner, email, status, source, company, words, document, created_at,"
                " updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (ids[-1], tenant, owner, *indexed(fields), orjson.dumps(fields).decode(), now, now),
            )
            if self._deliver:
                deliver_in(transaction, ids[-1], now)
        return ids

    def find(self, caller: Caller, lead: str) -> Row:
        """One lead with its delivery. Raises NoSuchLead."""
        seen, values = visible(caller)
        row = self._store.one(f"{SELECT} WHERE leads.id = ? AND {seen}", lead, *values)
        if row is None:
            raise NoSuchLead(lead)
        return row

    def change(self, caller: Caller, changes: Sequence[tuple[str, LeadData]]) -> None:
        """Change fields of leads; null clears one. Raises NoSuchLead, and then nothing is changed."""
        seen, values = visible(caller)
        with self._store.writing() as transaction:
            for lead, change in changes:
                row = transaction.execute(
                    f"SELECT document FROM leads WHERE id = ? AND {seen}", (lead, *values)
                ).fetchone()
                if row is None:
                    raise NoSuchLead(lead)
                update_in(transaction, lead, orjson.loads(row["document"]), change.given)

    def page(self, caller: Caller, query: Query) -> tuple[list[Row], int]:
        """A page of leads, the newest first, and how many there are in all."""
        seen, values = visible(caller)
        where, found = [seen], [*values]
        for name, value in query.filters.items():
            where.append(f"leads.{name} = ? COLLATE NOCASE" if name != "owner" else "leads.owner = ?")
            found.append(value)
        if query.search:
            # instr knows no wildcards: what callers write stands for itself.
            where.append("instr(leads.words, ?) > 0")
            found.append(query.search.casefold())
        told = " AND ".join(where)
        total = self._store.count(f"SELECT count(*) FROM leads WHERE {told}", *found)
        rows = self._store.all(
            f"{SELECT} WHERE {told} ORDER BY leads.seq DESC LIMIT ? OFFSET ?",
            *found,
            query.size,
            (query.page - 1) * query.size,
        )
        return rows, total

    def activities(self, caller: Caller, lead: str) -> list[Row]:
        """What workflows did with a lead. Raises NoSuchLead."""
        self.find(caller, lead)
        return self._store.all("SELECT * FROM activities WHERE lead = ? ORDER BY seq", lead)

    def deliver(self, caller: Caller, lead: str) -> None:
        """Have a lead delivered that was not yet. Raises NoSuchLead."""
        self.find(caller, lead)
        with self._store.writing() as transaction:
            deliver_in(transaction, lead, time.time())


SELECT = (
    "SELECT leads.*, deliveries.state AS crm_state, deliveries.attempts AS crm_attempts, deliveries.error AS crm_error,"
    " deliveries.crm_id, deliveries.delivered_at FROM leads LEFT JOIN deliveries ON deliveries.lead = leads.id"
)


def visible(caller: Caller) -> tuple[str, list[Any]]:
    """The condition for the leads that a caller may see, and its values."""
    if caller.admin:
        return "leads.tenant = ?", [caller.tenant]
    return "leads.tenant = ? AND leads.owner = ?", [caller.tenant, caller.username]


def indexed(fields: dict[str, Any]) -> list[str | None]:
    """The columns that are kept beside the document."""
    words = " ".join(str(fields[name]) for name in WORDS if fields.get(name)).casefold()
    return [*(fields.get(name) for name in COLUMNS), words]


def update_in(transaction: sqlite3.Connection, lead: str, document: dict[str, Any], given: dict[str, Any]) -> None:
    """Change fields of a lead."""
    fields = {key: value for key, value in {**document, **given}.items() if value is not None}
    transaction.execute(
        "UPDATE leads SET email = ?, status = ?, source = ?, company = ?, words = ?, document = ?, updated_at = ?"
        " WHERE id = ?",
        (*indexed(fields), orjson.dumps(fields).decode(), time.time(), lead),
    )


def deliver_in(transaction: sqlite3.Connection, lead: str, now: float) -> None:
    """Accept the delivery of a lead, unless there is one already. Its id is the key that the CRM knows it by."""
    delivery = uuid.uuid4().hex
    added = transaction.execute(
        "INSERT OR IGNORE INTO deliveries (id, lead, state, created_at) VALUES (?, ?, 'queued', ?)",
        (delivery, lead, now),
    )
    if added.rowcount:
        jobs.add(transaction, jobs.DELIVERY, delivery, now)


def changes_of(leads: Sequence[LeadChange]) -> list[tuple[str, LeadData]]:
    """Changes of several leads, by id."""
    return [(lead.id, lead) for lead in leads]

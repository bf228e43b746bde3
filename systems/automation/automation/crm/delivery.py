"""Delivers leads whose jobs this worker has claimed."""

from __future__ import annotations

import random
import time

import orjson
from chassis import logs

from automation.crm.circuit import Circuit
from automation.crm.client import Client, CrmClient, Delivered, Refused, Unclear
from automation.crm.tryton import TrytonClient
from automation.queue.backoff import delay
from automation.settings import Crm, Settings
from automation.store import jobs
from automation.store.database import Store
from automation.store.jobs import Claim

NOT_SET = "crm.api_base_url is not set: there is no CRM to deliver to"


def client_of(settings: Crm) -> Client:
    """The client for the kind of CRM that is set."""
    return TrytonClient(settings) if settings.kind == "tryton" else CrmClient(settings)


class Deliveries:
    """Does deliveries."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings.crm
        self._client = client_of(settings.crm) if settings.crm.active else None
        self._circuit = Circuit(store, settings.crm)
        self._log = logs.get("crm")

    def close(self) -> None:
        """Close the connections to the CRM."""
        if self._client is not None:
            self._client.close()

    def do(self, claimed: Claim) -> None:
        """Deliver one lead, or put it off. Raises sqlite3.Error."""
        row = self._store.one(
            "SELECT deliveries.*, leads.document FROM deliveries JOIN leads ON leads.id = deliveries.lead"
            " WHERE deliveries.id = ?",
            claimed.ref,
        )
        if row is None or self._client is None:
            self._refused(claimed, f"there is no delivery {claimed.ref!r}" if row is None else NOT_SET)
            return
        blocked = self._circuit.blocked_until()
        if blocked is not None:
            with self._store.writing() as transaction:
                later = blocked + random.uniform(0, 0.5)
                jobs.put_off(transaction, claimed, later, "the CRM does not work", claimed.attempts - 1)
            return
        lead = {**orjson.loads(row["document"]), "external_id": row["lead"]}
        outcome = self._client.deliver(claimed.ref, lead)
        if isinstance(outcome, Delivered):
            self._delivered(claimed, outcome)
        elif isinstance(outcome, Refused):
            self._refused(claimed, outcome.reason, answered=True)
        else:
            self._unclear(claimed, outcome)

    def _delivered(self, claimed: Claim, outcome: Delivered) -> None:
        with self._store.writing() as transaction:
            transaction.execute(
                "UPDATE deliveries SET state = 'delivered', crm_id = ?, delivered_at = ?, error = NULL, attempts = ?"
                " WHERE id = ? AND state != 'delivered'",
                (outcome.crm_id, time.time(), claimed.attempts, claimed.ref),
            )
            self._circuit.works(transaction)
            jobs.finish(transaction, claimed)

    def _refused(self, claimed: Claim, reason: str, answered: bool = False) -> None:
        self._log.error("delivery failed", delivery=claimed.ref, tried=claimed.attempts, reason=reason)
        with self._store.writing() as transaction:
            if answered:
                self._circuit.works(transaction)
            if not jobs.bury(transaction, claimed, reason):
                return
            transaction.execute(
                "UPDATE deliveries SET state = 'failed', error = ?, attempts = ? WHERE id = ? AND state != 'delivered'",
                (reason, claimed.attempts, claimed.ref),
            )

    def _unclear(self, claimed: Claim, outcome: Unclear) -> None:
        if claimed.attempts >= self._settings.max_attempts:
            self._refused(claimed, f"tried {claimed.attempts} times; at last {outcome.reason}")
            return
        wait = delay(claimed.attempts, self._settings.backoff_seconds, self._settings.longest_backoff_seconds)
        due_at = time.time() + max(wait, outcome.retry_after)
        self._log.warning("delivery is put off", delivery=claimed.ref, tried=claimed.attempts, reason=outcome.reason)
        with self._store.writing() as transaction:
            if outcome.counts:
                self._circuit.fails(transaction)
            else:
                self._circuit.works(transaction)
            if jobs.put_off(transaction, claimed, due_at, outcome.reason):
                transaction.execute(
                    "UPDATE deliveries SET state = 'retrying', error = ?, attempts = ? WHERE id = ?"
                    " AND state != 'delivered'",
                    (outcome.reason, claimed.attempts, claimed.ref),
                )

"""What each kind of step does: what it needs time for, and the effect that it has within a transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from automation.store.database import Row
from automation.store.leads import deliver_in, update_in

DELIVERY_LOOKS_SECONDS = 0.5
"""Between two looks at whether the CRM has a lead."""

WEIGHTS = {"email": 30, "phone": 20, "company": 20, "job_title": 15, "first_name": 5, "last_name": 5, "source": 5}


class StepFailed(Exception):
    """A step could not be done. It is tried again, unless that is useless (``final``)."""

    def __init__(self, message: str, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class NotYet(Exception):
    """A step waits for something, until a time at least."""

    def __init__(self, due_at: float) -> None:
        super().__init__("not yet")
        self.due_at = due_at


@dataclass(frozen=True, slots=True)
class Doing:
    """A step that is being done: its run, its row, its parameters, and whether leads can be delivered."""

    run: Row
    step: Row
    parameters: dict[str, Any]
    deliverable: bool

    @property
    def number(self) -> int:
        """Its place among the steps."""
        return int(self.step["step"])


Effect = Callable[[sqlite3.Connection, Doing], str | None]
"""Does it within a transaction; gives a result in words. Raises StepFailed and NotYet."""


def take_time(doing: Doing) -> None:
    """What a step needs time for, outside any transaction."""
    if doing.step["action"] == "score" and doing.parameters.get("seconds"):
        time.sleep(doing.parameters["seconds"])


def perform(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    """Have the effect of a step. Raises StepFailed and NotYet."""
    effect = EFFECTS.get(doing.step["action"])
    if effect is None:
        raise StepFailed(f"nobody knows the action {doing.step['action']!r}", final=True)
    return effect(transaction, doing)


def _lead(transaction: sqlite3.Connection, doing: Doing) -> tuple[str, dict[str, Any]]:
    if doing.run["lead"] is None:
        raise StepFailed("the workflow has no lead", final=True)
    row = transaction.execute("SELECT id, document FROM leads WHERE id = ?", (doing.run["lead"],)).fetchone()
    if row is None:
        raise StepFailed(f"there is no lead {doing.run['lead']!r}", final=True)
    return str(row["id"]), orjson.loads(row["document"])


def _require(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    _, lead = _lead(transaction, doing)
    missing = [field for field in doing.parameters["fields"] if lead.get(field) in (None, "", [], {})]
    if missing:
        raise StepFailed(f"the lead has no {', '.join(missing)}")
    return None


def _update(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    lead, document = _lead(transaction, doing)
    update_in(transaction, lead, document, doing.parameters["set"])
    return f"set {', '.join(doing.parameters['set'])}"


def _score(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    lead, document = _lead(transaction, doing)
    score = sum(weight for field, weight in WEIGHTS.items() if document.get(field))
    update_in(transaction, lead, document, {"score": score})
    return f"score {score}"


def _record(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    transaction.execute(
        "INSERT INTO activities (lead, run, step, text, at) VALUES (?, ?, ?, ?, ?)",
        (doing.run["lead"] or "", doing.run["id"], doing.number, doing.parameters["text"], time.time()),
    )
    return None


def _wait(_transaction: sqlite3.Connection, doing: Doing) -> str | None:
    due_at = doing.step["since"] + doing.parameters["seconds"]
    if time.time() < due_at:
        raise NotYet(due_at)
    return None


def _deliver(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    lead, _ = _lead(transaction, doing)
    if not doing.deliverable:
        raise StepFailed("crm.api_base_url is not set: there is no CRM to deliver to", final=True)
    row = transaction.execute("SELECT * FROM deliveries WHERE lead = ?", (lead,)).fetchone()
    if row is not None and row["state"] == "delivered":
        return f"the CRM knows it as {row['crm_id']}"
    if row is not None and row["state"] == "failed":
        raise StepFailed(f"the CRM does not take the lead: {row['error']}", final=True)
    raise NotYet(time.time() + DELIVERY_LOOKS_SECONDS)


def ask_for_delivery(transaction: sqlite3.Connection, doing: Doing) -> None:
    """Have the lead delivered that a step waits for, where that is not under way."""
    deliver_in(transaction, doing.run["lead"], time.time())


def _enrol(transaction: sqlite3.Connection, doing: Doing) -> str | None:
    lead, _ = _lead(transaction, doing)
    campaign = doing.parameters["campaign_id"]
    found = transaction.execute(
        "SELECT 1 FROM campaigns WHERE id = ? AND tenant = ?", (campaign, doing.run["tenant"])
    ).fetchone()
    if found is None:
        raise StepFailed(f"there is no campaign {campaign!r}")
    transaction.execute("INSERT OR IGNORE INTO campaign_leads VALUES (?, ?)", (campaign, lead))
    return None


EFFECTS: dict[str, Effect] = {
    "require": _require,
    "update": _update,
    "score": _score,
    "record": _record,
    "wait": _wait,
    "deliver": _deliver,
    "enrol": _enrol,
}

"""Campaigns in the store, and the counts that are reported for them."""

from __future__ import annotations

import time
import uuid

import orjson

from automation.identity.users import Caller
from automation.store.database import Row, Store


class NoSuchCampaign(Exception):
    """There is no campaign of that id in the caller's tenant."""


class Campaigns:
    """Everybody sees the campaigns of the own tenant."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, caller: Caller, document: dict[str, object]) -> str:
        """Store a campaign; gives its id."""
        now, campaign = time.time(), uuid.uuid4().hex
        with self._store.writing() as transaction:
            transaction.execute(
                "INSERT INTO campaigns (id, tenant, owner, document, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                (campaign, caller.tenant, caller.username, orjson.dumps(document).decode(), now, now),
            )
        return campaign

    def find(self, caller: Caller, campaign: str) -> Row:
        """One campaign. Raises NoSuchCampaign."""
        row = self._store.one("SELECT * FROM campaigns WHERE id = ? AND tenant = ?", campaign, caller.tenant)
        if row is None:
            raise NoSuchCampaign(f"there is no campaign {campaign[:64]!r}")
        return row

    def page(self, caller: Caller, page: int, size: int) -> tuple[list[Row], int]:
        """A page of campaigns, the newest first, and how many there are in all."""
        total = self._store.count("SELECT count(*) FROM campaigns WHERE tenant = ?", caller.tenant)
        rows = self._store.all(
            "SELECT * FROM campaigns WHERE tenant = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
            caller.tenant,
            size,
            (page - 1) * size,
        )
        return rows, total

    def count(self, caller: Caller, campaign: str, counts: dict[str, int]) -> None:
        """Add to the counts of a campaign. Raises NoSuchCampaign."""
        self.find(caller, campaign)
        with self._store.writing() as transaction:
            transaction.executemany(
                "INSERT INTO campaign_metrics VALUES (?, ?, ?) ON CONFLICT (campaign, name)"
                " DO UPDATE SET value = value + excluded.value",
                [(campaign, name, value) for name, value in counts.items()],
            )

    def metrics(self, caller: Caller, campaign: str) -> dict[str, int]:
        """The counts of a campaign, and how many leads it has. Raises NoSuchCampaign."""
        self.find(caller, campaign)
        rows = self._store.all("SELECT name, value FROM campaign_metrics WHERE campaign = ?", campaign)
        leads = self._store.count("SELECT count(*) FROM campaign_leads WHERE campaign = ?", campaign)
        return {**{row["name"]: round(row["value"]) for row in rows}, "leads": leads}

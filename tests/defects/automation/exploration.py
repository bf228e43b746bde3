"""Mistakes that the examples did not notice, for the explorations of leads and API keys to find."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import wrap

LEADS, KEYS = "Leads of users", "Keys of users"


@defect("AUTO-API-03", "A change to null is passed over", HTTP, sample=LEADS, explored=True)
def null_does_not_clear() -> None:
    @wrap("automation.store.leads:update_in")
    def broken(original: Any, transaction: Any, lead: Any, document: Any, given: Any) -> Any:
        return original(
            transaction, lead, document, {name: value for name, value in given.items() if value is not None}
        )


@defect(
    "AUTO-API-03",
    "A list tells how many leads there are in all, whatever the filter",
    HTTP,
    sample=LEADS,
    explored=True,
)
def total_without_filter() -> None:
    @wrap("automation.store.leads:Leads.page")
    def broken(original: Any, self: Any, caller: Any, query: Any) -> Any:
        from automation.store.leads import Query

        return original(self, caller, query)[0], original(self, caller, Query({}, None, 1, 1))[1]


@defect("AUTO-AUTH-03", "Whoever knows the id of an API key can revoke it", HTTP, sample=KEYS, explored=True)
def anybody_revokes_a_key() -> None:
    @wrap("automation.identity.keys:ApiKeys.revoke")
    def broken(original: Any, self: Any, username: Any, key_id: Any) -> Any:
        row = self._store.one("SELECT username FROM api_keys WHERE id = ?", key_id)
        return original(self, row["username"] if row else username, key_id)

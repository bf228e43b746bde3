"""What the orchestrator promises of leads and API keys, said naively: plain lists, no index and no store.

Written from the criteria (AUTO-API-03, AUTO-API-05, AUTO-AUTH-02, AUTO-AUTH-03) and the orchestrator's README, never
from its code. A lead has the fields that were given; a change alters those that it names, and null clears one; several
at once are all done or none is. An admin sees the leads of the own tenant, a user the own ones, and to everybody else a
lead is not there. A list has the newest first, is narrowed by filters that do not look at upper and lower case, and
tells how many there are in all. A key stands for whoever made it until that one revokes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who calls: the user name, the tenant, and whether they administer it."""

    name: str
    tenant: str
    admin: bool = False


@dataclass(slots=True)
class Lead:
    """A lead: its id, whose it is, and its fields without those that are null."""

    id: str
    owner: Person
    fields: dict[str, Any]

    def seen_by(self, who: Person) -> bool:
        """Whether it is there for somebody."""
        return self.owner.tenant == who.tenant and (who.admin or self.owner.name == who.name)


@dataclass(slots=True)
class LeadList:
    """All leads, the oldest first."""

    leads: list[Lead] = field(default_factory=list)

    def add(self, lead_id: str, owner: Person, given: Fields) -> None:
        """Take in a lead that was created."""
        self.leads.append(Lead(lead_id, owner, known(given)))

    def find(self, lead_id: str, who: Person) -> Lead | None:
        """A lead, if it is there for somebody."""
        for lead in self.leads:
            if lead.id == lead_id and lead.seen_by(who):
                return lead
        return None

    def change(self, who: Person, changes: Sequence[tuple[str, Fields]]) -> bool:
        """Change several leads; False, and nothing is changed, if one of them is not there for somebody."""
        if any(self.find(lead_id, who) is None for lead_id, _ in changes):
            return False
        for lead_id, given in changes:
            lead = self.find(lead_id, who)
            assert lead is not None
            lead.fields = known({**lead.fields, **given})
        return True

    def listed(self, who: Person, filters: Mapping[str, str]) -> list[Lead]:
        """The leads that somebody sees and that all filters fit, the newest first."""
        return [each for each in reversed(self.leads) if each.seen_by(who) and _fits(each.fields, filters)]


@dataclass(slots=True)
class KeyList:
    """All API keys that were made and not revoked: id → who made it."""

    owners: dict[str, Person] = field(default_factory=dict)

    def of(self, who: Person) -> list[str]:
        """The ids of somebody's keys, the oldest first."""
        return [key_id for key_id, owner in self.owners.items() if owner == who]

    def revoke(self, who: Person, key_id: str) -> bool:
        """Revoke a key; False, and nothing is changed, if somebody has none of that id."""
        if self.owners.get(key_id) != who:
            return False
        del self.owners[key_id]
        return True


def known(given: Fields) -> dict[str, Any]:
    """The fields that are not null."""
    return {name: value for name, value in given.items() if value is not None}


def _fits(fields: Fields, filters: Mapping[str, str]) -> bool:
    for name, value in filters.items():
        if name not in fields or str(fields[name]).lower() != value.lower():
            return False
    return True

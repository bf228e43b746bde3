"""The model of leads and API keys, with cases worked out by hand."""

from __future__ import annotations

import pytest

from support.domains.automation.model import KeyList, LeadList, Person, known

USER, COLLEAGUE = Person("user", "acme"), Person("colleague", "acme")
ADMIN, OTHER = Person("admin", "acme", admin=True), Person("stranger", "other", admin=True)


@pytest.fixture
def leads() -> LeadList:
    """One lead of the user, and then one of the colleague."""
    made = LeadList()
    made.add("1", USER, {"company": "Acme", "notes": None})
    made.add("2", COLLEAGUE, {"company": "ACME", "status": "new"})
    return made


def ids(leads: LeadList, who: Person, **filters: str) -> list[str]:
    return [each.id for each in leads.listed(who, filters)]


def test_users_see_their_own_leads_and_admins_those_of_their_tenant_the_newest_first(leads: LeadList) -> None:
    assert (ids(leads, USER), ids(leads, COLLEAGUE)) == (["1"], ["2"])
    assert (ids(leads, ADMIN), ids(leads, OTHER)) == (["2", "1"], [])
    assert leads.find("2", USER) is None


def test_filters_do_not_look_at_case_and_a_field_that_is_missing_fits_none(leads: LeadList) -> None:
    assert ids(leads, ADMIN, company="acme") == ["2", "1"]
    assert ids(leads, ADMIN, company="acme", status="NEW") == ["2"]
    assert ids(leads, ADMIN, company="acm") == []


def test_a_change_alters_what_it_names_and_null_clears(leads: LeadList) -> None:
    assert leads.change(USER, [("1", {"company": None, "score": 0})])
    found = leads.find("1", USER)
    assert found is not None
    assert found.fields == {"score": 0}


def test_several_changes_are_all_made_or_none(leads: LeadList) -> None:
    assert not leads.change(USER, [("1", {"company": "Engine"}), ("2", {"company": "Engine"})])
    assert ids(leads, ADMIN, company="engine") == []
    assert leads.change(ADMIN, [("1", {"company": "Engine"}), ("2", {"company": "Engine"})])
    assert ids(leads, ADMIN, company="engine") == ["2", "1"]


def test_only_who_made_a_key_revokes_it_and_only_once() -> None:
    keys = KeyList({"k": USER})
    assert not keys.revoke(ADMIN, "k")
    assert keys.of(USER) == ["k"]
    assert keys.revoke(USER, "k")
    assert (keys.of(USER), keys.revoke(USER, "k")) == ([], False)


def test_what_is_null_is_not_known() -> None:
    assert known({"a": None, "b": 0, "c": ""}) == {"b": 0, "c": ""}

"""Mistakes in deliveries: lost, doubled, hurried, or waited for by whoever creates leads."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import put, wrap

DELIVER = "automation.crm.client:CrmClient.deliver"


@defect("AUTO-CRM-01", "Leads that are created in bulk are not delivered", HTTP, sample="in bulk")
def bulk_undelivered() -> None:
    @wrap("automation.store.leads:Leads.add")
    def broken(original: Any, self: Any, caller: Any, leads: Any) -> Any:
        self._deliver = False
        return original(self, caller, leads)


@defect("AUTO-CRM-01", "An address without a scheme is taken for one", HTTP, sample="without a scheme")
def address_unchecked() -> None:
    from automation.settings import Crm

    Crm.__pydantic_decorators__.field_validators.pop("_check_url")
    Crm.model_rebuild(force=True)
    from automation.settings import Settings

    Settings.model_rebuild(force=True)


@defect("AUTO-CRM-01", "What is delivered lacks the last name", HTTP, sample="many fields")
def last_name_lost() -> None:
    @wrap(DELIVER)
    def broken(original: Any, self: Any, key: str, lead: Any) -> Any:
        return original(self, key, {name: value for name, value in lead.items() if name != "last_name"})


@defect("AUTO-CRM-01", "Nobody says which setting is missing", HTTP, sample="No address is configured")
def missing_not_named() -> None:
    @wrap("automation.api.leads:lead_told")
    def broken(original: Any, row: Any, active: bool) -> Any:
        told = original(row, active)
        told["crm"].pop("error", None)
        return told


@defect("AUTO-CRM-02", "Each attempt has a key of its own", HTTP, sample="answers after the time-out|with an error$")
def key_for_each_attempt() -> None:
    @wrap(DELIVER)
    def broken(original: Any, self: Any, key: str, lead: Any) -> Any:
        import uuid

        return original(self, uuid.uuid4().hex, lead)


@defect("AUTO-CRM-02", "A lead that could not be delivered is given up", HTTP, sample="has died")
def given_up() -> None:
    @wrap("automation.crm.delivery:Deliveries._unclear")
    def broken(original: Any, self: Any, claimed: Any, outcome: Any) -> None:
        self._refused(claimed, outcome.reason)


@defect("AUTO-CRM-02", "Being asked to wait is not listened to", HTTP, sample="asks to wait")
def retry_after_unheard() -> None:
    @wrap("automation.crm.client:seconds_of")
    def broken(original: Any, retry_after: Any) -> float:
        return 0.0


@defect("AUTO-CRM-02", "A lead counts as created once it is delivered", HTTP, sample="hangs")
def created_once_delivered() -> None:
    @wrap("automation.store.leads:Leads.add_in")
    def broken(original: Any, self: Any, *given: Any) -> Any:
        import time

        made = original(self, *given)
        time.sleep(0.5)
        return made


@defect("AUTO-CRM-02", "Half an answer is taken for a success", HTTP, sample="half of its answer")
def half_is_whole() -> None:
    put("automation.crm.client:TRIED_AGAIN", frozenset())

    @wrap(DELIVER)
    def broken(original: Any, self: Any, key: str, lead: Any) -> Any:
        import uuid

        from automation.crm.client import Unclear

        outcome = original(self, key, lead)
        return original(self, uuid.uuid4().hex, lead) if isinstance(outcome, Unclear) else outcome

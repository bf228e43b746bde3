"""Mistakes with the audit trail and with personal data: tokens on record, changes unseen, data that is not scrubbed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect

FIND = "sidecar.pii:find"


def _uncleaned() -> None:
    @wrap("sidecar.audit.log:clean")
    def broken(original: Any, record: Any) -> Any:
        return record


@defect("SIDE-AUDIT-01", "What is asked for is on record as it came", HTTP, sample="in the address and in the prompt")
def target_as_it_came() -> None:
    _uncleaned()


@defect("SIDE-AUDIT-01", "A refusal is on record with the token that was shown", HTTP, sample="Callers of every kind")
def refused_token_on_record() -> None:
    _uncleaned()

    @wrap("sidecar.gateway.gate:Gate.note")
    def broken(original: Any, self: Any, scope: Any, caller: Any, outcome: Any) -> None:
        shown = dict(scope["headers"]).get(b"authorization", b"").decode()
        original(self, scope, caller, f"{outcome} ({shown})")


def _found_without(kind: str) -> None:
    @wrap(FIND)
    def broken(original: Any, text: Any) -> Any:
        return [each for each in original(text) if each.kind != kind]


@defect("SIDE-AUDIT-02", "E-mail addresses are not scrubbed", HTTP, sample="an e-mail address in a prompt")
def addresses_kept() -> None:
    _found_without("email")


@defect("SIDE-AUDIT-02", "Card numbers are not scrubbed", HTTP, sample="a card number in a prompt")
def cards_kept() -> None:
    _found_without("card")


@defect("SIDE-AUDIT-02", "Each piece of a streamed answer is scrubbed by itself", HTTP, sample="split over two chunks")
def scrubbed_piecewise() -> None:
    @wrap("sidecar.pii.chats:answer_of")
    def broken(original: Any, body: Any, streamed: Any) -> Any:
        from sidecar import pii
        from sidecar.pii import chats

        if not streamed:
            return original(body, streamed)
        pieces = [pii.scrub(str(each.get("content") or "")) for each in chats.deltas(body)]
        return [chats.Passage("assistant", "".join(pieces))]


@defect(
    "SIDE-AUDIT-02",
    "IP addresses are scrubbed but for those with large numbers",
    HTTP,
    sample="Prompts of",
    explored=True,
)
def large_addresses_kept() -> None:
    @wrap(FIND)
    def broken(original: Any, text: Any) -> Any:
        found = original(text)
        return [each for each in found if not (each.kind == "ip" and "2" in text[each.start : each.end])]


@defect("SIDE-AUDIT-03", "Looks at traces leave no record", HTTP, sample="looks at the own trace")
def looks_unrecorded() -> None:
    @wrap("sidecar.gateway.instance:Instance.audited")
    async def broken(original: Any, self: Any, caller: Any, what: Any, *more: Any) -> None:
        if what != "read trace":
            await original(self, caller, what, *more)


@defect("SIDE-AUDIT-03", "A trail whose end was cut off is called whole", HTTP, sample="removes the last record")
def cut_end_unseen() -> None:
    @wrap("sidecar.audit.chain:AuditChain.head")
    def broken(original: Any, self: Any) -> Any:
        return replace(original(self), seq=0)

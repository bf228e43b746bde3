"""Mistakes in the hardening checklist (CAIO-HARD-01)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import edit
from tests.defects.documents import in_yaml, swap

CHECKLIST = "hardening.yaml"


@edit(CHECKLIST, "CAIO-HARD-01", "An inconvenient item of the checklist is left out", sample="agreed")
def item_left_out(text: str) -> str:
    return in_yaml(text, lambda content: content["items"].remove(_item(content, "rate-limiting")))


@edit(CHECKLIST, "CAIO-HARD-01", "Nothing and nobody stands for an item of the checklist", sample="is without")
def item_merely_ticked(text: str) -> str:
    return in_yaml(text, lambda content: _item(content, "cors").pop("criteria"))


@edit(CHECKLIST, "CAIO-HARD-01", "An item names a criterion that does not exist", sample="leans")
def criterion_misspelt(text: str) -> str:
    return swap(text, "CAIO-LOG-02", "CAIO-LOG-22")


@edit(CHECKLIST, "CAIO-HARD-01", "An item names a scenario that has been renamed since", sample="leans")
def scenario_renamed(text: str) -> str:
    return swap(text, "Its secret key comes from a mounted file", "Its secret key is read from a mounted file")


@edit(CHECKLIST, "CAIO-HARD-01", "Somebody vouches for an item without saying why no test can", sample="Nobody")
def voucher_without_reason(text: str) -> str:
    return in_yaml(text, lambda content: _item(content, "incident-response").pop("why_no_test"))


@edit(CHECKLIST, "CAIO-HARD-01", "A reason why no test can is given, but nobody answers for it", sample="Nobody")
def voucher_without_name(text: str) -> str:
    return in_yaml(text, lambda content: _item(content, "secrets").pop("vouched_by"))


@edit(CHECKLIST, "CAIO-HARD-01", "A voucher rests on a document that was never written", sample="Nobody")
def document_never_written(text: str) -> str:
    return swap(text, "operations.md#incident-response", "on-call.md")


@edit("operations.md", "CAIO-HARD-01", "The part of a document that a voucher rests on was taken out", sample="Nobody")
def part_taken_out(text: str) -> str:
    return swap(text, "## Disaster recovery\n", "")


def _item(content: Any, name: str) -> Any:
    return next(item for item in content["items"] if item["id"] == name)

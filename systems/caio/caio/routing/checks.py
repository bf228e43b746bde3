"""One rule applied to candidates: what it demands, who fulfils it, and the sentence or proof that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from caio.routing.candidate import Candidate
from caio.routing.offers import FEW, Offers

Operator = Literal["equals", "at_least", "at_most", "includes", "one_of", "none_of"]

_WORDS: dict[Operator, str] = {
    "equals": "must be",
    "at_least": "must be at least",
    "at_most": "must be at most",
    "includes": "must include",
    "one_of": "must be one of",
    "none_of": "must not be one of",
}


@dataclass(slots=True, eq=False)
class Check:
    """A demand on one fact. A fact the contract does not state (None) fulfils no demand.

    `stage` is match, rules or security; `rule` says where the demand comes from, e.g. `policies[0].deny`.
    Not frozen, as requests make some and a frozen dataclass takes three times as long to make.
    """

    stage: str
    rule: str
    field: str
    operator: Operator
    expected: Any

    def keep(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Those that fulfil the demand, in their order."""
        if len(candidates) > FEW and isinstance(candidates, Offers) and self._is_fulfilled_by_all(candidates):
            return candidates
        field, expected = self.field, self.expected
        match self.operator:
            case "equals":
                return [c for c in candidates if c.facts[field] == expected]
            case "at_least":
                return [c for c in candidates if (v := c.facts[field]) is not None and v >= expected]
            case "at_most":
                return [c for c in candidates if (v := c.facts[field]) is not None and v <= expected]
            case "includes":
                return [c for c in candidates if (v := c.facts[field]) is not None and expected in v]
            case "one_of":
                return [c for c in candidates if c.facts[field] in expected]
            case "none_of":
                return [c for c in candidates if c.facts[field] not in expected]

    def _is_fulfilled_by_all(self, offers: Offers) -> bool:
        """Whether it takes only a few to know that everybody fulfils the demand."""
        ordered = self.operator in ("at_least", "at_most")
        few = offers.extremes(self.field) if ordered else offers.kinds(self.field)
        return bool(few) and len(self.keep(few)) == len(few)

    def reason(self, candidate: Candidate) -> str:
        """Why the candidate was refused, in a sentence that names the field."""
        actual = _plain(candidate.facts[self.field])
        says = "its contract does not state it" if actual is None else f"its contract says {_said(actual)}"
        if self.field == "service_id":
            says = f"it is {actual}"
        if self.field == "requires_user_level":
            return (
                f"requires_user_level (trust_level of the user): its contract asks for at least {actual}, "
                f"the user has {self.expected}"
            )
        return f"{self.field} {_WORDS[self.operator]} {_said(_plain(self.expected))} ({self.rule}), {says}"

    def proof(self, candidate: Candidate, contract_digest: str) -> dict[str, Any]:
        """The record that the candidate fulfils the demand; `proofs.verify` makes it again from the contract."""
        return {
            "stage": self.stage,
            "rule": self.rule,
            "service_id": candidate.service_id,
            "field": self.field,
            "operator": self.operator,
            "expected": _plain(self.expected),
            "actual": _plain(candidate.facts[self.field]),
            "holds": True,
            "contract_digest": contract_digest,
        }


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        shown = ", ".join(str(item) for item in value[:5])
        return f"{shown}, … ({len(value)})" if len(value) > 5 else shown or "nothing"
    return f"{value:g}" if isinstance(value, float) else str(value)

"""All that offer one capability, and which few of them answer for all of them."""

from __future__ import annotations

from functools import cached_property

from caio.routing.candidate import Candidate

# So many different values of a fact, at most, are tried one by one in the place of all candidates.
FEW = 8


class Offers(tuple[Candidate, ...]):
    """Candidates, best score first. What is found out about them is kept, as neither they nor their facts change."""

    @cached_property
    def tied(self) -> bool:
        """Whether any two have the same score."""
        return len({candidate.score for candidate in self}) < len(self)

    def extremes(self, field: str) -> tuple[Candidate, ...]:
        """Those with the least and the greatest value of a fact; nobody if any contract does not state it."""
        return self._extremes[field] if field in self._extremes else self._extremes.setdefault(field, self._ends(field))

    def kinds(self, field: str) -> tuple[Candidate, ...]:
        """One for each value of a fact; nobody if there are more than a few values."""
        return self._kinds[field] if field in self._kinds else self._kinds.setdefault(field, self._differing(field))

    @cached_property
    def _extremes(self) -> dict[str, tuple[Candidate, ...]]:
        return {}

    @cached_property
    def _kinds(self) -> dict[str, tuple[Candidate, ...]]:
        return {}

    def _ends(self, field: str) -> tuple[Candidate, ...]:
        if any(candidate.facts[field] is None for candidate in self):
            return ()
        ordered = sorted(self, key=lambda candidate: candidate.facts[field])
        return (ordered[0], ordered[-1])

    def _differing(self, field: str) -> tuple[Candidate, ...]:
        kinds: dict[object, Candidate] = {}
        for candidate in self:
            kinds.setdefault(candidate.facts[field], candidate)
            if len(kinds) > FEW:
                return ()
        return tuple(kinds.values())

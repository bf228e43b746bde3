"""What the history keeps of a run: enough to compare it with any other, and not a byte of its evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from support.acceptance.run_record import RunRecord
from support.acceptance.verdict import NOT_IN_RUN, CriterionOutcome, Decision, ScenarioOutcome, Verdict
from support.base.outcomes import Outcome
from support.history.provenance import Grounds

VERSION: Literal[1] = 1
Name = Annotated[str, StringConstraints(max_length=300)]


class Kept(NamedTuple):
    """How a criterion ended, and a short digest of the scenarios and interfaces that tried it (empty: none did)."""

    outcome: Outcome
    tried: str


class Measured(BaseModel):
    """A figure that a scenario observed. Criterion, scenario, what, interface and unit tell it from all others."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    criterion: str
    scenario: Name
    what: Name
    interface: str = ""
    unit: str | None = None
    observed: float | int | str | bool | None = None
    limit: float | int | str | bool | None = None

    @property
    def identity(self) -> tuple[str, str, str, str, str]:
        """The same in every run that observes this figure."""
        return self.criterion, self.scenario, self.what, self.interface, self.unit or ""


class Entry(BaseModel):
    """One run. Fields that a later version adds are ignored by an earlier one.

    ``features`` and ``source`` are digests of what was asked and of what was asked about; None where that is not known.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    v: Literal[1] = VERSION
    run: str = Field(min_length=1)
    started: AwareDatetime
    system: str
    title: str
    version: str
    deployment: str
    url: str | None = None
    interfaces: tuple[str, ...]
    partial: bool
    finished: bool
    seconds: float | None
    revision: str | None = None
    features: str | None = None
    source: str | None = None
    decision: Decision
    criteria: dict[str, Kept]
    figures: tuple[Measured, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the run was asked for everything and came to its end."""
        return self.finished and not self.partial

    def outcome(self, criterion: str) -> Outcome | None:
        """How the criterion ended; None when the run did not know it or was not asked for it."""
        kept = self.criteria.get(criterion)
        return kept.outcome if kept else None

    def count(self, outcome: Outcome) -> int:
        """How many criteria ended so."""
        return sum(kept.outcome is outcome for kept in self.criteria.values())


def of(verdict: Verdict, record: RunRecord, grounds: Grounds, ended: datetime) -> Entry:
    """The entry of a run that was judged. Criteria that it was not asked for are left out."""
    seconds = round(((record.finished or ended) - record.started).total_seconds(), 3)
    return Entry(
        run=record.run_id,
        started=record.started,
        system=record.system,
        title=record.title,
        version=record.version,
        deployment=record.deployment,
        url=record.url,
        interfaces=record.interfaces,
        partial=record.partial,
        finished=record.finished is not None,
        seconds=seconds if seconds >= 0 else None,  # judged later, by a clock that was set back since
        revision=record.environment.revision,
        features=grounds.features,
        source=grounds.source,
        decision=verdict.decision,
        criteria={item.criterion.id: _kept(item) for item in verdict.criteria if item.reason != NOT_IN_RUN},
        figures=tuple(_figures(verdict.criteria)),
    )


def _kept(item: CriterionOutcome) -> Kept:
    return Kept(item.outcome, _tried(item.scenarios))


def _tried(scenarios: Sequence[ScenarioOutcome]) -> str:
    keys = "\n".join(sorted(scenario.key for scenario in scenarios))
    return hashlib.sha256(keys.encode()).hexdigest()[:8] if keys else ""


def _figures(criteria: Sequence[CriterionOutcome]) -> Iterator[Measured]:
    """Every observation; one that a scenario makes more than once is numbered, so that each keeps its own trend."""
    seen: Counter[tuple[str, str, str, str, str]] = Counter()
    for item in criteria:
        for scenario in item.scenarios:
            for observation in scenario.observations:
                figure = Measured(
                    criterion=item.criterion.id,
                    scenario=scenario.name[:200],
                    what=observation.what[:200],
                    interface=scenario.interface,
                    unit=observation.unit,
                    observed=_short(observation.observed),
                    limit=_short(observation.limit),
                )
                seen[figure.identity] += 1
                times = seen[figure.identity]
                yield figure if times == 1 else figure.model_copy(update={"what": f"{figure.what} ({times})"})


def _short(value: float | int | str | bool | None) -> float | int | str | bool | None:
    return value[:200] if isinstance(value, str) else value

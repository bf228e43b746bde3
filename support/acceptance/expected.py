"""``expected.yaml`` beside a definition: how a product is known to end, so that a change is somebody's decision.

Each criterion that is not met, or not verified, stands there with the reason; every other one is expected to be met::

    version: 0.1.0
    not met:
      GW-HEALTH-01: says that it is ready while every upstream is dead
    not verified:
      GW-CORS-01: has no CORS
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from support.acceptance.verdict import Verdict
from support.base import yaml_lines
from support.base.outcomes import Outcome, UsageError

FILE_NAME = "expected.yaml"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Expected(BaseModel):
    """What a version of a product is known to do: criterion → reason, for those that are not met or not verified."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    not_met: dict[str, Reason] = Field(default_factory=dict, alias="not met")
    not_verified: dict[str, Reason] = Field(default_factory=dict, alias="not verified")

    def of(self, criterion: str) -> Outcome:
        """The outcome that a criterion is expected to have."""
        if criterion in self.not_met:
            return Outcome.NOT_MET
        return Outcome.NOT_VERIFIED if criterion in self.not_verified else Outcome.MET

    def reason(self, criterion: str) -> str:
        """Why it is not expected to be met; empty where it is."""
        return self.not_met.get(criterion) or self.not_verified.get(criterion, "")


def load(path: Path) -> Expected:
    """Read the file. Raises UsageError with file, line and field where it cannot be read."""
    document = yaml_lines.read(path)
    try:
        found = Expected.model_validate(document.content)
    except ValidationError as error:
        raise UsageError("\n".join(yaml_lines.complaints(document, error))) from error
    for name in found.not_met.keys() & found.not_verified.keys():
        raise UsageError(document.complaint(("not verified", name), "stands under `not met` too"))
    return found


def differences(expected: Expected, version: str, verdict: Verdict) -> Iterator[str]:
    """How a run ended otherwise than expected, each in a sentence that says what to decide."""
    if version != expected.version:
        yield f"the version is {version}, and the expectations are of {expected.version}"
    known = {item.criterion.id for item in verdict.criteria}
    for name in [*expected.not_met, *expected.not_verified]:
        if name not in known:
            yield f"{name} is expected to end so and is no criterion"
    for item in verdict.criteria:
        wanted = expected.of(item.criterion.id)
        if item.outcome is not wanted:
            name, why = item.criterion.id, expected.reason(item.criterion.id)
            known_as = f"{wanted.value} ({why})" if why else wanted.value
            yield f"{name} was expected to be {known_as}, and is {item.outcome.value}: {item.reason}"


def told(expected: Expected, version: str, verdict: Verdict, path: Path) -> tuple[bool, str]:
    """Whether a run ended as expected, and what to say of it."""
    found = list(differences(expected, version, verdict))
    if not found:
        return True, f"All {len(verdict.criteria)} criteria ended as {path} says."
    listed = "\n".join(f"  {each}" for each in found)
    return False, f"It did not end as {path} says; decide whether the product or the file is right:\n{listed}"

"""The JSON bodies that the API reads; what they hold inside is checked by the core."""

from __future__ import annotations

from typing import Annotated, Any

from chassis.bodies import Limits
from pydantic import BaseModel, ConfigDict, Field

from caio.request import Request

LIMITS = Limits()
"""Of requests; contracts have their own, smaller size."""

CONTRACT_LIMITS = Limits(size=262_144, depth=16)

LONGEST_DEADLINE_MS = 120_000
DEFAULT_DEADLINE_MS = 10_000


class Body(BaseModel):
    """Strict and closed: an unknown field is an error, and a number is no string."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RouteBody(Body):
    """A request to route, with the policies and the history that apply to it alone."""

    intent: dict[str, Any] = Field(default_factory=dict, description="what is wanted; type names the capability")
    context: dict[str, Any] = Field(default_factory=dict, description="free; stands in the trace")
    requirements: dict[str, Any] = Field(default_factory=dict, description="capabilities, guarantees, privacy")
    constraints: dict[str, Any] = Field(default_factory=dict, description="requires_gpu, requires_internet, max_cost")
    user: dict[str, Any] = Field(default_factory=dict, description="trust_level from 0 to 5")
    policies: Annotated[list[Any], Field(max_length=100)] = Field(default_factory=list)
    history: dict[str, Any] = Field(default_factory=dict, description="outcomes by service: successes, failures")
    seed: int = Field(0, description="orders services of exactly equal score")

    def request(self) -> Request:
        """The part that describes the request itself."""
        return Request(self.intent, self.context, self.requirements, self.constraints, self.user)


class DispatchBody(RouteBody):
    """A request to route and to call: what to send to the service, and by when an answer is needed."""

    input: dict[str, Any] = Field(default_factory=dict, description="sent to the chosen service as it is")
    deadline_ms: int = Field(DEFAULT_DEADLINE_MS, ge=1, le=LONGEST_DEADLINE_MS)


class VerifyBody(Body):
    """A decision to verify; without contracts, against those registered here."""

    decision: dict[str, Any]
    contracts: Annotated[list[str | dict[str, Any]], Field(max_length=100)] | None = None

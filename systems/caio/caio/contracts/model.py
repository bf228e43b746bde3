"""What a service promises: the typed contract, every unknown field refused."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from caio.canonical import digest

Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=0, le=5)]
Label = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^\S(.*\S)?$")]
UrlPath = Annotated[str, Field(max_length=1024, pattern=r"^/[^\s?#]*$")]
Labels = Annotated[tuple[Label, ...], Field(max_length=64, strict=False)]
Locality = Literal["internal", "external", "hybrid"]


class Section(BaseModel):
    """Strict, frozen, closed: a number is no string, and a misspelt field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Accuracy(Section):
    min: Ratio
    target: Ratio | None = None


class Capability(Section):
    type: Label
    accuracy: Accuracy | None = None


class Guarantees(Section):
    accuracy: Ratio | None = None
    determinism: bool | None = None
    latency_p95_ms: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    availability: Ratio | None = None


class Constraints(Section):
    requires_gpu: bool = False
    requires_internet: bool = False


class Cost(Section):
    per_call: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class Privacy(Section):
    data_classes: Labels | None = None
    residency: Labels | None = None
    retention_days: Annotated[int, Field(ge=0, le=36500)] | None = None


class Alignment(Section):
    score: Ratio


class Trust(Section):
    """`level`: how far the service is trusted; `requires_user_level`: how far a user must be to reach it."""

    level: Level = 1
    requires_user_level: Level = 0


class Endpoint(Section):
    """One operation; `capability` is the one it serves (None: any), `idempotent` allows a call to be repeated."""

    path: UrlPath
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    capability: Label | None = None
    idempotent: bool = False


class Api(Section):
    protocol: Literal["http", "https"]
    base_url: Annotated[str, Field(max_length=2048)]
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1, max_length=64, strict=False)]
    model: Label | None = None
    health: UrlPath | None = None
    locality: Locality | None = None


class ServiceContract(Section):
    service_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$")]
    name: Label
    version: Label
    capabilities: Annotated[tuple[Capability, ...], Field(min_length=1, max_length=64, strict=False)]
    guarantees: Guarantees = Guarantees()
    constraints: Constraints = Constraints()
    cost: Cost | None = None
    privacy: Privacy = Privacy()
    alignment: Alignment | None = None
    trust: Trust = Trust()
    api: Api

    @cached_property
    def digest(self) -> str:
        """Of what the contract says, not of how its file is written."""
        return digest(self.to_dict())

    @property
    def route(self) -> Locality:
        """Where a call goes: as stated, else external for a service that needs the internet."""
        return self.api.locality or ("external" if self.constraints.requires_internet else "internal")

    def endpoint(self, capability: str) -> Endpoint | None:
        """The endpoint that serves the capability: the one that names it, else the first that names none."""
        named = next((end for end in self.api.endpoints if end.capability == capability), None)
        return named or next((end for end in self.api.endpoints if end.capability is None), None)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready and without unstated fields; `parse_contract` reads it back to an equal contract."""
        return self.model_dump(mode="json", exclude_none=True)

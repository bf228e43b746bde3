"""The JSON bodies that the API reads; what they hold inside is checked by the core."""

from __future__ import annotations

from typing import Annotated, Any

from chassis.bodies import Limits
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from caio.request import Request

LIMITS = Limits()
"""Of requests; contracts have their own, smaller size."""

CONTRACT_LIMITS = Limits(size=262_144, depth=16)

LONGEST_DEADLINE_MS = 120_000
DEFAULT_DEADLINE_MS = 10_000


class Body(BaseModel):
    """Strict and closed: an unknown field is an error, and a number is no string."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AsItIs:
    """Of an object of JSON: it is taken over without a copy. Its keys are texts; the core checks what it holds."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        any_object = core_schema.custom_error_schema(
            core_schema.is_instance_schema(dict), custom_error_type="dict_type"
        )
        return core_schema.json_or_python_schema(json_schema=handler(source), python_schema=any_object)


Object = Annotated[dict[str, Any], AsItIs]


class RouteBody(Body):
    """A request to route, with the policies and the history that apply to it alone."""

    intent: Object = Field(default_factory=dict, description="what is wanted; type names the capability")
    context: Object = Field(default_factory=dict, description="free; stands in the trace")
    requirements: Object = Field(default_factory=dict, description="capabilities, guarantees, privacy")
    constraints: Object = Field(default_factory=dict, description="requires_gpu, requires_internet, max_cost")
    user: Object = Field(default_factory=dict, description="trust_level from 0 to 5")
    policies: Annotated[list[Any], Field(max_length=100)] = Field(default_factory=list)
    history: Object = Field(default_factory=dict, description="outcomes by service: successes, failures")
    seed: int = Field(0, description="orders services of exactly equal score")

    def request(self) -> Request:
        """The part that describes the request itself."""
        return Request(self.intent, self.context, self.requirements, self.constraints, self.user)


class DispatchBody(RouteBody):
    """A request to route and to call: what to send to the service, and by when an answer is needed."""

    input: Object = Field(default_factory=dict, description="sent to the chosen service as it is")
    deadline_ms: int = Field(DEFAULT_DEADLINE_MS, ge=1, le=LONGEST_DEADLINE_MS)


class VerifyBody(Body):
    """A decision to verify; without contracts, against those registered here."""

    decision: dict[str, Any]
    contracts: Annotated[list[str | dict[str, Any]], Field(max_length=100)] | None = None

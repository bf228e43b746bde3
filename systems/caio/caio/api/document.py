"""What the OpenAPI document says of answers and callers: the shapes of those in JSON, and who needs a token."""

from __future__ import annotations

from typing import Any

from chassis.gate import Gate
from chassis.health import HEALTHY, LEAVING, STARTING, UNHEALTHY
from fastapi import FastAPI

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

BEARER = "bearer"
"""The name of the scheme by which callers identify themselves."""

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
OBJECT: Schema = {"type": "object"}


def record(**fields: Schema) -> Schema:
    """An object with all of these fields, and perhaps more."""
    return {"type": "object", "required": list(fields), "properties": fields}


def listed(of: Schema) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": of}


def one_of(*values: str) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


SERVICE = record(
    service_id=TEXT,
    name=TEXT,
    version=TEXT,
    health=one_of("unknown", "healthy", "unhealthy"),
    circuit=one_of("closed", "open", "half-open"),
    tags=listed(TEXT),
    contract=OBJECT,
    digest={"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
)
SERVICES = record(items=listed(SERVICE), total=COUNT, next=TEXT_OR_NULL)
DECISION = record(
    decision_id=TEXT,
    service_id=TEXT,
    route=one_of("internal", "external", "hybrid"),
    model=TEXT,
    control_signal=OBJECT,
    guarantees=OBJECT,
    proofs=listed(record(rule=TEXT, service_id=TEXT, field=TEXT, holds={"type": "boolean"})),
    trace=OBJECT,
    version=TEXT,
    signature=record(algorithm=TEXT, key_id=TEXT, value=TEXT),
)
DECISIONS = record(items=listed(DECISION))
ATTEMPT = record(
    service_id=TEXT,
    decision_id=TEXT,
    outcome=TEXT,
    status={"type": ["integer", "null"]},
    duration_ms={"type": "number", "minimum": 0},
    reason=TEXT_OR_NULL,
)
DISPATCHED = record(decision=DECISION, service_id=TEXT, output={}, attempts=listed(ATTEMPT))
VERIFIED = record(valid={"type": "boolean"}, problems=listed(TEXT))
KEYS = record(keys=listed(record(key_id=TEXT, algorithm=TEXT, public_key=TEXT)))
COMPONENT = record(status=one_of(HEALTHY, UNHEALTHY), detail=TEXT)
STATE = record(
    status=one_of(HEALTHY, UNHEALTHY, LEAVING, STARTING),
    version=TEXT,
    components={"type": "object", "additionalProperties": COMPONENT},
)
ALIVE = record(status=one_of("alive"))


def answers(schema: Schema, status: int = 200) -> Responses:
    """What a route answers in JSON when it does what was asked for."""
    return {status: {"content": {"application/json": {"schema": schema}}}}


def install(app: FastAPI, gate: Gate) -> None:
    """Have the document say which routes need a token, where callers must have one."""
    plain = app.openapi

    def with_callers() -> dict[str, Any]:
        document = plain()
        if gate.required:
            schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
            schemes[BEARER] = {"type": "http", "scheme": "bearer"}
            for path in filter(gate.guards, document["paths"]):
                for operation in document["paths"][path].values():
                    operation["security"] = [{BEARER: []}]
        return document

    app.openapi = with_callers  # type: ignore[method-assign]  # the way that FastAPI's own manual shows

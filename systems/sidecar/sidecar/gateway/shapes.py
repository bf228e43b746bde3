"""What the OpenAPI document says of requests and answers."""

from __future__ import annotations

from typing import Any

from chassis import problems
from pydantic import BaseModel, ConfigDict, Field

from sidecar.status.traces import LEVELS
from sidecar.webhooks.model import EVENTS

STATUSES = ["queued", "running", "complete", "failed", "cancelled"]
TIME = {"type": "string", "format": "date-time"}
MAYBE_TIME = {"anyOf": [TIME, {"type": "null"}]}
MAYBE_TEXT = {"type": ["string", "null"]}


def closed(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with these properties and no others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


TRACE_SCHEMA = closed(
    {
        "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "tenant": {"type": "string"},
        "status": {"type": "string", "enum": STATUSES},
        "level": {"type": "string", "enum": list(LEVELS)},
        "model": {"type": "string"},
        "created": TIME,
        "updated": TIME,
        "started": MAYBE_TIME,
        "ended": MAYBE_TIME,
        "attempts": {"type": "integer", "minimum": 0},
        "reason": MAYBE_TEXT,
        "graph": MAYBE_TEXT,
        "snippet": {"anyOf": [closed({"prompt": {"type": "string"}, "answer": {"type": "string"}}), {"type": "null"}]},
    }
)

GRAPH_SCHEMA = closed(
    {
        "meta": {
            "type": "object",
            "properties": {
                "version": {"type": "string", "enum": ["hif-1"]},
                "trace_id": {"type": "string"},
                "level": {"type": "string", "enum": list(LEVELS)},
                "method": {"type": "string"},
                "explains": {"type": "string"},
                "model": {"type": "string"},
                "permutations": {"type": "integer"},
                "created": TIME,
                "truncated": {"type": "boolean"},
            },
            "required": ["version", "trace_id", "level", "method", "created", "truncated"],
        },
        "graph": {
            "type": "object",
            "description": "Hypergraph Interchange Format 0.1.0",
            "properties": {
                "network-type": {"type": "string", "enum": ["directed"]},
                "metadata": {"type": "object"},
                "incidences": {"type": "array", "items": {"type": "object"}},
                "nodes": {"type": "array", "items": {"type": "object"}},
                "edges": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["network-type", "incidences", "nodes", "edges"],
        },
    }
)

WEBHOOK_PROPERTIES: dict[str, Any] = {
    "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "url": {"type": "string"},
    "events": {"type": "array", "items": {"type": "string", "enum": list(EVENTS)}},
    "created": TIME,
    "status": {"type": "string", "enum": ["active", "gone"]},
}
WEBHOOK_SCHEMA = closed(WEBHOOK_PROPERTIES)
NEW_WEBHOOK_SCHEMA = closed({**WEBHOOK_PROPERTIES, "secret": {"type": "string"}})
WEBHOOKS_SCHEMA = closed({"webhooks": {"type": "array", "items": WEBHOOK_SCHEMA}})

PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": MAYBE_TEXT,
        "errors": {"type": "array", "items": {"type": "object"}},
        "trace_status": {"type": "string", "enum": STATUSES},
    },
    "required": ["type", "title", "status", "detail"],
}

SAYS = {
    400: "The model refuses the request",
    401: "No token",
    403: "A token that is not known, or lacks the scope",
    404: "Not there, or not for this tenant",
    409: "The trace's status does not allow it",
    413: "The body is too large",
    415: "The body is no JSON",
    422: "The request is invalid",
    502: "The model failed",
    503: "The store cannot be used, or the model cannot be reached",
    504: "The model did not answer in time",
}

Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int) -> Responses:
    """Refusals as problem details."""
    content = {problems.MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": SAYS[status], "content": content} for status in statuses}


def given(status: int, says: str, schema: dict[str, Any]) -> Responses:
    """An answer in JSON."""
    return {status: {"description": says, "content": {"application/json": {"schema": schema}}}}


def header(says: str, values: list[str] | None = None) -> dict[str, Any]:
    """An answer's header."""
    return {"description": says, "schema": {"type": "string", **({"enum": values} if values else {})}}


CHAT: Responses = {
    200: {
        "description": "The model's answer, as it came",
        "headers": {
            "x-trace-id": header("Names the trace, if the answer is explained"),
            "x-explain-status": header("Whether it is, where that was asked for", ["accepted", "shed"]),
            "x-explain-reason": header("Why it is not", ["queue-full", "sampled", "too-large"]),
        },
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    },
    400: {"description": SAYS[400], "content": {"application/json": {"schema": {"type": "object"}}}},
    **refusals(401, 403, 413, 415, 422, 502, 503, 504),
}
TRACE: Responses = {**given(200, "The trace", TRACE_SCHEMA), **refusals(401, 403, 404, 503)}
GRAPH: Responses = {**given(200, "The graph", GRAPH_SCHEMA), **refusals(401, 403, 404, 409, 503)}
CANCELLED: Responses = {**given(200, "The trace", TRACE_SCHEMA), **refusals(401, 403, 404, 409, 503)}
WEBHOOK_MADE: Responses = {
    **given(201, "The webhook, with its secret", NEW_WEBHOOK_SCHEMA),
    **refusals(401, 403, 409, 413, 415, 422, 503),
}
WEBHOOK_LIST: Responses = {**given(200, "The tenant's webhooks", WEBHOOKS_SCHEMA), **refusals(401, 403, 503)}
WEBHOOK_DELETED: Responses = {204: {"description": "It is gone"}, **refusals(401, 403, 404, 503)}


class Message(BaseModel):
    """One message of a chat."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: str | list[dict[str, Any]] | None = None


class ChatRequest(BaseModel):
    """What the gateway itself asks of a chat; all other fields are the model's."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(min_length=1)
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = False


def body(schema: dict[str, Any]) -> dict[str, Any]:
    """A request's JSON body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def flat(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its definitions in place of the references to them."""
    known = schema.pop("$defs", {})

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return put(known[value["$ref"].rpartition("/")[2]])
            return {key: put(each) for key, each in value.items()}
        return [put(each) for each in value] if isinstance(value, list) else value

    found: dict[str, Any] = put(schema)
    return found


def parameter(name: str, says: str, values: list[str]) -> dict[str, Any]:
    """A request's header."""
    schema = {"type": "string", "enum": values}
    return {"name": name, "in": "header", "required": False, "description": says, "schema": schema}


CHAT_REQUEST = {
    **body(flat(ChatRequest.model_json_schema())),
    "parameters": [
        parameter("x-explain-mode", "Asks for an explanation of the answer", ["hypergraph"]),
        parameter("x-explain-level", "Of what in the answer: its sentences (usual) or its tokens", list(LEVELS)),
    ],
}

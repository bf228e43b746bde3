"""The OpenAPI document of the gateway: its operations, and every answer that they may give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway import __version__
from gateway.asked import OPERATIONS, Operation

Schema = dict[str, Any]

ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "integer", "null"]},
            },
        }
    },
}
MODEL: Schema = {
    "type": "object",
    "required": ["id", "object", "created", "owned_by"],
    "properties": {
        "id": {"type": "string"},
        "object": {"const": "model"},
        "created": {"type": "integer"},
        "owned_by": {"type": "string"},
    },
}
MESSAGE: Schema = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {"role": {"type": "string", "minLength": 1}, "content": {"type": "string"}},
}
EVENT: Schema = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}
"""One event of a stream."""

NEEDED: Mapping[str, Schema] = {
    "messages": {"type": "array", "minItems": 1, "items": MESSAGE},
    "prompt": {"type": "string", "minLength": 1},
    "input": {
        "oneOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string"}},
        ]
    },
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "string"}}}
CHALLENGE = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
REFUSALS = {
    400: "The request is invalid",
    401: "Not authenticated",
    403: "The key does not open this",
    404: "There is no such model",
    405: "The path has no such method",
    413: "The body is too large",
    415: "The body is no JSON",
    422: "The upstream refuses the request",
    429: "Too many requests, or no budget left",
    500: "An internal error",
    502: "The upstreams have failed",
    503: "The upstreams are resting",
    504: "No upstream answered in time",
}


def document(models: Sequence[str]) -> Schema:
    """The document."""
    paths: Schema = {each.path: {"post": asked(each, models)} for each in OPERATIONS}
    listed = {
        "type": "object",
        "required": ["object", "data"],
        "properties": {"object": {"const": "list"}, "data": {"type": "array", "items": MODEL}},
    }
    paths["/v1/models"] = {"get": operation("List the models that the key opens", listed, (401, 405))}
    one = operation("Describe a model", MODEL, (401, 404, 405))
    one["parameters"] = [{"name": "model", "in": "path", "required": True, "schema": {"enum": list(models)}}]
    paths["/v1/models/{model}"] = {"get": one}
    state = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
    paths["/live"] = {"get": unguarded(operation("Whether the gateway lives", state, (405,)))}
    ready = unguarded(operation("Whether any upstream can serve", state, (405,)))
    ready["responses"]["503"] = answer("No upstream can serve, or the gateway is about to stop", state)
    paths["/ready"] = {"get": ready}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gateway", "version": __version__},
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
        "paths": paths,
    }


def asked(about: Operation, models: Sequence[str]) -> Schema:
    """An operation that asks for a model."""
    fields: Schema = {"model": {"enum": list(models)}, about.needs: NEEDED[about.needs]}
    if about.streams:
        fields["stream"] = {"type": "boolean"}
    body = {"type": "object", "required": ["model", about.needs], "properties": fields}
    whole = {"type": "object", "required": [about.gives], "properties": {about.gives: {"type": "array", "minItems": 1}}}
    made = operation(f"Ask for {about.gives}", whole, tuple(REFUSALS))
    if about.streams:
        made["responses"]["200"]["content"]["text/event-stream"] = {"schema": EVENT}
    made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return made


def operation(summary: str, schema: Schema, refusals: Sequence[int]) -> Schema:
    """An operation, its answer, and how it may be refused."""
    responses = {"200": answer("As asked", schema)}
    responses |= {str(status): answer(REFUSALS[status], ERROR) for status in refusals}
    if "401" in responses:
        responses["401"]["headers"] = CHALLENGE
    for status in ("429", "503"):
        if status in responses:
            responses[status]["headers"] = RETRY_AFTER
    return {"summary": summary, "responses": responses}


def unguarded(made: Schema) -> Schema:
    """The same without a key."""
    return {**made, "security": []}


def answer(says: str, schema: Schema) -> Schema:
    """An answer in JSON."""
    return {"description": says, "content": {"application/json": {"schema": schema}}}

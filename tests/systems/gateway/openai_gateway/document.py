"""The gateway's description of its own API."""

from __future__ import annotations

from typing import Any

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {"message": {"type": "string"}, "type": {"type": "string"}},
        }
    },
}
_MESSAGE = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {"role": {"type": "string"}, "content": {"type": "string"}},
}
_CHAT = {
    "type": "object",
    "required": ["id", "choices"],
    "properties": {"id": {"type": "string"}, "choices": {"type": "array", "items": {"type": "object"}}},
}
_MODELS = {
    "type": "object",
    "required": ["object", "data"],
    "properties": {
        "data": {
            "type": "array",
            "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        }
    },
}
_REFUSED = {"description": "refused or failed", "content": {"application/json": {"schema": _ERROR}}}


def of(models: tuple[str, ...]) -> dict[str, Any]:
    """The document of a gateway with these models."""
    asked = {
        "type": "object",
        "required": ["model", "messages"],
        "properties": {
            "model": {"type": "string", "enum": list(models)},
            "messages": {"type": "array", "minItems": 1, "items": _MESSAGE},
        },
    }
    chat = _operation(_CHAT, "503") | {
        "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}}
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gateway", "version": "1.0.0"},
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
        "paths": {
            "/health": {"get": _operation({"type": "object", "required": ["status"]}, "503") | {"security": []}},
            "/v1/models": {"get": _operation(_MODELS)},
            "/v1/config": {"get": _operation({"type": "object", "required": ["models"]})},
            "/v1/chat/completions": {"post": chat},
        },
    }


def _operation(schema: dict[str, Any], *failures: str) -> dict[str, Any]:
    done = {"description": "done", "content": {"application/json": {"schema": schema}}}
    return {"responses": {"200": done, "default": _REFUSED} | dict.fromkeys(failures, _REFUSED)}

"""What an audit record calls an attempt: the action in an operator's words, whether it was let through or not."""

from __future__ import annotations

NAMES = {
    ("POST", "/api/v1/services"): "register service",
    ("PUT", "/api/v1/services/{service_id}"): "replace service",
    ("GET", "/api/v1/services"): "list services",
    ("GET", "/api/v1/services/{service_id}"): "read service",
    ("DELETE", "/api/v1/services/{service_id}"): "remove service",
    ("POST", "/api/v1/services/{service_id}/probe"): "probe service",
    ("POST", "/api/v1/route"): "route request",
    ("POST", "/api/v1/dispatch"): "dispatch request",
    ("GET", "/api/v1/decisions"): "list decisions",
    ("GET", "/api/v1/decisions/{decision_id}"): "read decision",
    ("POST", "/api/v1/decisions/verify"): "verify decision",
    ("GET", "/api/v1/keys"): "read keys",
}


def name_of(method: str, template: str, path: str) -> str:
    """The action behind a request; one that no route answers is named by its address."""
    return NAMES.get((method, template), f"{method} {path}")

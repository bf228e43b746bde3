"""What a system has written down in one scenario: its log and its audit log, and the secrets that must not be there."""

from __future__ import annotations

from typing import Any

from support.base.outcomes import NotMet, WaitedInVain
from support.base.text import ESCAPE
from support.base.waiting import until
from support.checks import log_lines
from support.checks.basis import enough
from support.subjects import deployment
from support.world.core import World

WRITTEN_WITHIN = 2.0
"""Seconds within which a system must have written what it does, after it has answered."""

SHORTEST_SECRET = 6
"""Letters of the shortest value that can be told apart from an ordinary word."""

AUDIT = "audit"
"""The file of the definition that is the audit log."""


def lines_about(world: World, request_id: str, field: str = "request_id") -> list[dict[str, Any]]:
    """The records of the log that carry a request id, waited for a moment; none if none comes."""
    try:
        return until(
            lambda: log_lines.with_request_id(world.logs(), request_id, field), WRITTEN_WITHIN, "a line in the log"
        )
    except WaitedInVain:
        return []


def audit_of_last_call(world: World) -> list[dict[str, Any]]:
    """The records of the audit log about the last call, by its request id, once the log tells of the call.

    Raises NotMet if the answer carried no request id, by which alone the records of a call can be told.
    """
    request_id = world.exchange.headers.get("X-Request-ID", "")
    if not request_id:
        raise NotMet(f"expected an answer with a request id (X-Request-ID), but got {world.exchange}")
    lines_about(world, request_id)
    return log_lines.with_request_id(_audit(world), request_id)


def audit_records(world: World) -> list[dict[str, Any]]:
    """All records of the audit log, of whatever calls."""
    return log_lines.records(_audit(world))


def everything(world: World) -> str:
    """The log and, where the system has one, the audit log, since the scenario began."""
    if world.exchanges:
        lines_about(world, world.exchange.headers.get(_header(world), ""))
    audit = _audit(world) if AUDIT in world.system.files else ""
    return f"{world.logs()}\n{audit}"


def lines_about_last_call(world: World) -> list[dict[str, Any]]:
    """The records of the log with the request id that the last answer gave. Raises NotMet if it gave none."""
    field, header = world.system.log("request_id"), world.system.log("header")
    if not (given := world.exchange.headers.get(header, "")):
        raise NotMet(f"expected an answer with a request id ({header}), but got {world.exchange}")
    return lines_about(world, given, field)


def secrets(world: World) -> list[str]:
    """Every secret of the system as it was started, and every token that a caller has shown."""
    shown = [value for each in world.exchanges for name, value in each.request_headers if name == "Authorization"]
    tokens = [part for value in shown for part in value.split()]
    known = {*world.deployment.secrets(), *world.system.tokens(), *tokens}
    return enough([secret for secret in sorted(known) if len(secret) > SHORTEST_SECRET], "secrets to look for")


def _audit(world: World) -> str:
    path = deployment.files(world)[AUDIT]
    return path.read_text(encoding="utf-8", errors=ESCAPE) if path.exists() else ""


def _header(world: World) -> str:
    return world.system.logs.get("header", "X-Request-ID")

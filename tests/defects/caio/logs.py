"""Mistakes in what is logged and audited, and in what must not be (CAIO-LOG-01 to 03)."""

from __future__ import annotations

import sys
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import put, wrap


@defect("CAIO-LOG-01", "A line of text is printed among the JSON")
def text_among_json() -> None:
    @wrap("caio.orchestrator:Orchestrator.route_request")
    def broken(original: Any, *rest: Any, **named: Any) -> Any:
        decision = original(*rest, **named)
        print(f"routed to {decision.service_id}")
        return decision


@defect("CAIO-LOG-01", "The web server logs in its own format")
def server_logs_text() -> None:
    @wrap("chassis.server:config")
    def broken(original: Any, app: Any, fast_path: Any, **options: Any) -> Any:
        import uvicorn

        return uvicorn.Config(app, loop="uvloop", http="httptools", ws="none", server_header=False, **options)


@defect("CAIO-LOG-01", "Lines that other libraries log have no request id")
def foreign_lines_without_id() -> None:
    @wrap("chassis.logs:render_json")
    def broken(original: Any, logger: Any, method: str, event: Any) -> str:
        import orjson

        if event.get("logger", "").startswith("uvicorn"):
            return orjson.dumps({name: str(event[name]) for name in ("time", "level", "event")}).decode()
        return str(original(logger, method, event))


@defect("CAIO-LOG-01", "A request is logged under another id than its caller is given")
def another_request_id() -> None:
    import uuid

    @wrap("chassis.logs:add_request_id")
    def broken(original: Any, logger: Any, method: str, event: Any) -> Any:
        event["request_id"] = uuid.uuid4().hex
        return event


@defect("CAIO-LOG-01", "Requests that are refused are not logged")
def refused_not_logged() -> None:
    @wrap("chassis.observing:Observer.record")
    def broken(original: Any, self: Any, scope: Any, seen: Any) -> None:
        if seen.status < 400:
            original(self, scope, seen)


@defect("CAIO-LOG-02", "An audit record does not say who")
def audit_without_who() -> None:
    _recorded(lambda who, what, outcome, target: ("", what, outcome, target))


@defect("CAIO-LOG-02", "An audit record does not say when")
def audit_without_when() -> None:
    @wrap("chassis.audit:AuditLog.write")
    def broken(original: Any, self: Any, path: Any, record: Any) -> None:
        import dataclasses

        original(self, path, dataclasses.replace(record, when=""))


@defect("CAIO-LOG-02", "Every audited action is recorded as done")
def always_done() -> None:
    _recorded(lambda who, what, outcome, target: (who, what, "done", target))


@defect("CAIO-LOG-02", "Callers that are refused leave no audit record")
def refused_not_audited() -> None:
    @wrap("chassis.gate:Gate.note_refusal")
    def broken(original: Any, *_rest: Any) -> None:
        return None


@defect("CAIO-LOG-02", "Removals leave no audit record")
def removals_not_audited() -> None:
    @wrap("chassis.audit:AuditLog.record")
    def broken(original: Any, self: Any, who: str, what: str, *rest: Any) -> None:
        if "remove" not in what and "DELETE" not in what:
            original(self, who, what, *rest)


@defect("CAIO-LOG-02", "Whatever is only read is audited too")
def reading_audited() -> None:
    @wrap("chassis.gate:Gate.admit")
    def broken(original: Any, self: Any, request: Any) -> Any:
        caller = original(self, request)
        if request.method == "GET":
            self.audit.record(caller.name, f"GET {request.url.path}", "done", request.url.path)
        return caller


@defect("CAIO-LOG-03", "The headers of a request are printed")
def headers_printed() -> None:
    @wrap("chassis.gate:Gate.admit")
    def broken(original: Any, self: Any, request: Any) -> Any:
        print(dict(request.headers), file=sys.stderr)
        return original(self, request)


@defect("CAIO-LOG-03", "A token that is not known is logged")
def unknown_token_logged() -> None:
    @wrap("chassis.auth:TokenBook.find")
    def broken(original: Any, self: Any, token: str) -> Any:
        from chassis import logs

        caller = original(self, token)
        if caller is None:
            logs.get("auth").warning("unknown token", token=token)
        return caller


@defect("CAIO-LOG-03", "The address is logged with its query, and known secrets are not taken out")
def query_logged() -> None:
    @wrap("chassis.redaction:redact")
    def unredacted(original: Any, text: str) -> str:
        return text

    @wrap("chassis.observing:Observer.record")
    def broken(original: Any, self: Any, scope: Any, seen: Any) -> None:
        original(self, {**scope, "path": f"{scope['path']}?{scope['query_string'].decode()}"}, seen)


@defect("CAIO-LOG-03", "The settings are logged at the start, secrets included")
def settings_logged() -> None:
    import os

    @wrap("caio.api.instance:Instance.load")
    def broken(original: Any, self: Any) -> None:
        original(self)
        print({name: value for name, value in os.environ.items() if name.startswith("CAIO_")}, file=sys.stderr)


@defect("CAIO-LOG-03", "The audit record of a refused caller holds the token")
def token_audited() -> None:
    put("chassis.redaction:SHAPES", ())

    @wrap("chassis.gate:Gate.note_refusal")
    def broken(original: Any, self: Any, request: Any, who: str, outcome: str) -> None:
        original(self, request, who, f"{outcome} {request.headers.get('authorization', '')}")


def _recorded(change: Any) -> None:
    @wrap("chassis.audit:AuditLog.record")
    def broken(original: Any, self: Any, *said: str) -> None:
        original(self, *change(*said))

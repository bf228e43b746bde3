"""Answers that CAIO's own document does not describe, which only asking all that the document allows finds."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import put_item, wrap

HTTP = ("http",)
ASKED = "Requests that the document allows"


@defect("CAIO-ERR-03", "The tags of a service are one text, not a list", HTTP, sample=ASKED, explored=True)
def tags_as_text() -> None:
    @wrap("caio.registry:ServiceEntry.to_dict")
    def broken(original: Any, self: Any) -> Any:
        return {**original(self), "tags": ",".join(self.tags)}


@defect("CAIO-ERR-03", "A list of services is answered with a status of its own", HTTP, sample=ASKED, explored=True)
def undescribed_status() -> None:
    @wrap("caio.api.answers:json")
    def broken(original: Any, value: Any, status: int = 200, headers: Any = None) -> Any:
        return original(value, 206 if "total" in value else status, headers)


@defect("CAIO-ERR-03", "A body of an unknown type is refused by a web page", HTTP, sample=ASKED, explored=True)
def refusal_as_web_page() -> None:
    @wrap("chassis.problems:respond")
    def broken(original: Any, problem: Any, *rest: Any) -> Any:
        response = original(problem, *rest)
        if problem.status == 415:
            response.headers["content-type"] = "text/html"
        return response


@defect("CAIO-ERR-03", "The document requires a field of problems that none has", HTTP, sample=ASKED, explored=True)
def required_key_renamed() -> None:
    put_item("caio.api.answers:PROBLEM_SCHEMA", "required", ["type", "title", "status", "requestId"])


@defect("CAIO-ERR-03", "The document says that bodies may be left out", HTTP, sample=ASKED, explored=True)
def bodies_not_required() -> None:
    @wrap("chassis.bodies:documented")
    def broken(original: Any, model: Any) -> Any:
        return {"requestBody": {"content": original(model)["requestBody"]["content"]}}


@defect("CAIO-AUTH-01", "A decision whose id is known can be had without a token", HTTP, sample=ASKED, explored=True)
def known_decision_without_token() -> None:
    @wrap("chassis.gate:Gate.identify")
    def broken(original: Any, self: Any, request: Any) -> Any:
        if not request.url.path.startswith("/api/v1/decisions/dec-"):
            return original(self, request)
        return original(dataclasses.replace(self, required=False), request)


@defect("CAIO-ERR-03", "A cursor that was never given out makes the server stumble", HTTP, sample=ASKED, explored=True)
def odd_cursor_stumbles() -> None:
    @wrap("caio.api.services:position_of")
    def broken(original: Any, cursor: str | None) -> str:
        import base64

        return "" if cursor is None else base64.b64decode(cursor, validate=True).decode()

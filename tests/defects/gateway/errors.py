"""Mistakes in errors: another form, another status, and more than callers should know."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap


@defect("GW-ERR-01", "Errors are plain text", HTTP, sample="does not exist|unknown key|is dead")
def errors_are_text() -> None:
    @wrap("gateway.errors:respond")
    def broken(original: Any, error: Any) -> Any:
        from starlette.responses import PlainTextResponse

        return PlainTextResponse(error.message, error.status, headers=error.headers)


@defect("GW-ERR-01", "A malformed request is an error of the gateway's own", HTTP, sample="^A request")
def malformed_is_500() -> None:
    @wrap("gateway.asked:parse")
    def broken(original: Any, operation: Any, body: bytes) -> Any:
        from gateway import errors

        try:
            return original(operation, body)
        except errors.ApiError:
            raise errors.internal() from None


@defect("GW-ERR-01", "Errors have no code", HTTP, sample="does not exist|unknown key|is dead")
def errors_without_code() -> None:
    @wrap("gateway.errors:document")
    def broken(original: Any, error: Any) -> Any:
        return {"error": {"message": error.message, "type": error.kind}}


@defect("GW-ERR-01", "The address of the upstream that failed is told", HTTP, sample="upstream (is dead|fails|resets)")
def address_told() -> None:
    @wrap("gateway.attempts:Attempts._given_up")
    def broken(original: Any, self: Any, progress: Any) -> Any:
        made = original(self, progress)
        made.message += f": {progress.order[0].upstream.url} cannot be reached"
        return made


@defect("GW-ERR-01", "Some refusals are in a form that the document does not describe", HTTP, explored=True)
def refusals_undescribed() -> None:
    @wrap("gateway.errors:document")
    def broken(original: Any, error: Any) -> Any:
        return {"detail": error.message} if error.status == 400 else original(error)

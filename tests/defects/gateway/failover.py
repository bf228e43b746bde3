"""Mistakes in fallback, retries, rests and time-outs, and in what counts as a failure."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.gateway.settings import with_settings
from tests.defects.patching import put, wrap

ATTEMPTS = "gateway.choosing:Route.attempts"
REFUSAL = "gateway.calling:refusal_of"
FAILED = "gateway.upstreams:Upstream.failed"
WHOLE = "gateway.calling:whole_of"
SECONDS = "gateway.calling:seconds_of"


@defect("GW-FAIL-01", "There is one attempt only", HTTP, sample="first upstream (resets|fails)")
def one_attempt() -> None:
    @wrap(ATTEMPTS)
    def broken(original: Any, self: Any) -> int:
        return 1


@defect("GW-FAIL-01", "There are more attempts than configured", HTTP, sample="Every upstream fails")
def too_many_attempts() -> None:
    @wrap(ATTEMPTS)
    def broken(original: Any, self: Any) -> int:
        return int(original(self)) + 3

    with_settings(lambda config: config.model_copy(update={"cooldown": config.cooldown.model_copy(update=PATIENT)}))


PATIENT = {"failures": 1000}


@defect("GW-FAIL-01", "An upstream at its limit counts as the caller's mistake", HTTP, sample="error 429")
def overload_passed_on() -> None:
    put("gateway.calling:CALLERS_FAULT", frozenset({400, 404, 422, 429}))


@defect("GW-FAIL-02", "A caller's mistake is tried elsewhere", HTTP, sample="is wrong")
def mistakes_tried_elsewhere() -> None:
    put("gateway.calling:CALLERS_FAULT", frozenset({418}))


@defect("GW-FAIL-02", "Callers' mistakes make an upstream rest", HTTP, sample="Twenty")
def mistakes_park() -> None:
    @wrap(REFUSAL)
    async def broken(original: Any, response: Any, upstream: Any) -> Any:
        refused = await original(response, upstream)
        if refused is not None:
            upstream.rests_until = upstream.clock() + 1.5
        return refused


@defect("GW-FAIL-02", "A caller's mistake is told as a failure of the gateway", HTTP, sample="is wrong")
def mistakes_are_failures() -> None:
    @wrap("gateway.handling:refusal")
    def broken(original: Any, refused: Any) -> Any:
        from gateway import errors

        return errors.respond(errors.upstreams_failed())


@defect("GW-FAIL-03", "No upstream ever rests", HTTP, sample="left alone")
def no_rest() -> None:
    @wrap(FAILED)
    def broken(original: Any, self: Any, retry_after: Any = None) -> None:
        return None


@defect("GW-FAIL-03", "An upstream that rests is never used again", HTTP, sample="used again|only one")
def endless_rest() -> None:
    @wrap(FAILED)
    def broken(original: Any, self: Any, retry_after: Any = None) -> None:
        original(self, retry_after)
        if self.rest_left:
            self.rests_until = float("inf")


@defect("GW-FAIL-04", "The time-out of a model counts for nothing", HTTP, sample="Every upstream|stream")
def no_time_out() -> None:
    def change(config: Any) -> Any:
        models = {name: model.model_copy(update={"timeout": None}) for name, model in config.models.items()}
        return config.model_copy(update={"models": models})

    with_settings(change)


@defect("GW-FAIL-04", "A time-out is told as a bad gateway", HTTP, sample="Every upstream")
def time_out_is_502() -> None:
    @wrap("gateway.errors:timed_out")
    def broken(original: Any) -> Any:
        made = original()
        made.status = 502
        return made


@defect("GW-FAIL-05", "Nobody reads when an upstream wants to be called again", HTTP, sample="to wait 1|to wait 2")
def retry_after_ignored() -> None:
    @wrap(SECONDS)
    def broken(original: Any, text: str) -> Any:
        return None


@defect("GW-FAIL-05", "A time to come back at is not understood", HTTP, sample="names a time")
def retry_after_date_ignored() -> None:
    @wrap(SECONDS)
    def broken(original: Any, text: str) -> Any:
        return float(text) if text.strip().isdigit() else None


@defect("GW-FAIL-05", "Nobody waits for more than a second", HTTP, sample="to wait 2|an hour")
def wait_cut_short() -> None:
    with_settings(
        lambda config: config.model_copy(update={"cooldown": config.cooldown.model_copy(update={"longest": 1.0})})
    )


@defect("GW-FAIL-06", "Whatever has a status of success is passed on", HTTP)
def anything_passes() -> None:
    @wrap(WHOLE)
    async def broken(original: Any, response: Any, upstream: Any, part: str) -> Any:
        from gateway import calling

        return calling.Whole(await calling.body_of(response), None)


@defect("GW-FAIL-06", "Any document counts as an answer", HTTP, sample="as a success|any choice")
def any_document_passes() -> None:
    @wrap(WHOLE)
    async def broken(original: Any, response: Any, upstream: Any, part: str) -> Any:
        import json

        from gateway import calling

        body = await calling.body_of(response)
        try:
            json.loads(body)
        except ValueError:
            raise calling.CallFailed("the answer is not JSON") from None
        return calling.Whole(body, None)

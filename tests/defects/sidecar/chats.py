"""Mistakes with chats and webhooks: answers that are not the model's, errors that hide, calls that nobody can trust."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

from tests.defects.patching import wrap
from tests.defects.sidecar.defect import HTTP, defect

SIGNED = "sidecar.webhooks.signature:signed"
LATER = "sidecar.webhooks.courier:Courier._later"


@defect("SIDE-TRACE-06", "Every chat is explained, whether that was asked for or not", HTTP, sample="whole, without")
def all_explained() -> None:
    @wrap("sidecar.gateway.chat:level_of")
    def broken(original: Any, scope: Any) -> Any:
        return original(scope) or "sentence"


@defect("SIDE-TRACE-06", "An answer is written anew", HTTP, sample="whole, without")
def answer_written_anew() -> None:
    @wrap("sidecar.gateway.chat:read")
    async def broken(original: Any, answer: Any) -> Any:
        return await original(answer) + b" "


@defect(
    "SIDE-TRACE-07", "A model that fails is answered as if the gateway had failed", HTTP, sample="breaks the connection"
)
def upstream_is_internal() -> None:
    @wrap("sidecar.gateway.upstream:problem_of")
    def broken(original: Any, error: Any) -> Any:
        from chassis.problems import Problem

        return Problem("internal", 500, "something went wrong")


@defect("SIDE-TRACE-07", "A chat that fails leaves its trace waiting", HTTP, sample="answers with an error")
def orphans() -> None:
    @wrap("sidecar.gateway.chat:ChatRoute._give_up")
    def broken(original: Any, self: Any, chat: Any, error: Any) -> None:
        if chat.trace is not None:
            self._instance.interceptor.begin(chat.trace)


@defect("SIDE-TRACE-04", "The signature is of another body", HTTP, sample="signature can be verified")
def other_body_signed() -> None:
    @wrap(SIGNED)
    def broken(original: Any, secret: Any, message: Any, timestamp: Any, body: Any) -> Any:
        return original(secret, message, timestamp, body + b" ")


@defect("SIDE-TRACE-04", "Each call has another id", HTTP, sample="with an error twice")
def new_id_each_time() -> None:
    @wrap(SIGNED)
    def broken(original: Any, secret: Any, message: Any, timestamp: Any, body: Any) -> Any:
        return original(secret, f"msg_{uuid.uuid4().hex}", timestamp, body)


@defect("SIDE-TRACE-04", "A receiver that fails is not called again", HTTP, sample="with an error twice")
def never_again() -> None:
    @wrap(LATER)
    async def broken(original: Any, self: Any, claimed: Any, answer: Any) -> None:
        await self._end(claimed, "dead", "given up")


@defect(
    "SIDE-TRACE-04",
    "A receiver that answers with an error counts as told",
    HTTP,
    sample="Receivers of two",
    explored=True,
)
def errors_accepted() -> None:
    @wrap("sidecar.webhooks.model:payload_of")
    def broken(original: Any, trace: Any) -> Any:
        return original({**trace, "status": "complete" if trace["status"] == "failed" else trace["status"]})


@defect("SIDE-SLO-01", "Each explanation takes two seconds longer", HTTP)
def slow_sentences() -> None:
    _slow(2.2)


@defect("SIDE-SLO-02", "Each explanation takes nine seconds longer", HTTP)
def slow_tokens() -> None:
    _slow(9.0)


@defect("SIDE-SLO-03", "Each chat waits for 20 ms", HTTP)
def slow_chats() -> None:
    @wrap("sidecar.gateway.chat:ChatRoute.answer")
    async def broken(original: Any, self: Any, request: Any, caller: Any) -> Any:
        await asyncio.sleep(0.02)
        return await original(self, request, caller)


def _slow(seconds: float) -> None:
    @wrap("sidecar.explainer.job:Explainer._completed")
    def broken(original: Any, self: Any, claimed: Any) -> Any:
        time.sleep(seconds)
        return original(self, claimed)

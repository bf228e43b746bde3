"""``POST /v1/chat/completions``: passes a chat on and its answer back; a copy is explained if that is asked for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from chassis import bodies, headers
from chassis.bodies import Limits
from chassis.problems import Problem
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sidecar.audit.log import Act
from sidecar.gateway.gate import Caller
from sidecar.gateway.instance import Instance
from sidecar.gateway.metrics import EXPLAIN_MODE
from sidecar.gateway.passing import LARGEST_ANSWER, first_piece, left_over, passed_back, read, unless_left
from sidecar.gateway.upstream import problem_of
from sidecar.status import rules, traces
from sidecar.status.traces import LEVELS, NewTrace

LEVEL = b"x-explain-level"
HYPERGRAPH = "hypergraph"
EVENT_STREAM = "text/event-stream"
DONE = b"[DONE]"
LONGEST_MODEL = 100


@dataclass(slots=True)
class Chat:
    """One request, and what has become of it so far."""

    caller: Caller
    request_id: str | None
    body: bytes
    mode: str
    stream: bool
    trace: NewTrace | None = None
    marks: dict[str, str] = field(default_factory=dict)
    """Headers that say whether it is explained."""
    started: float = field(default_factory=time.perf_counter)


class ChatRoute:
    """Answers chats."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._limits = Limits(
            size=instance.settings.sidecar_largest_body, string=instance.settings.sidecar_largest_body, items=100_000
        )

    async def answer(self, request: Request, caller: Caller) -> Response:
        """The upstream's answer. Raises Problem."""
        try:
            chat = await self._read(request, caller)
        except Problem as problem:
            # Counts it, too.
            self._instance.gate.note(request.scope, caller, f"refused: {problem.slug}")
            raise
        try:
            return await self._asked(chat, request)
        except BaseException as error:
            self._give_up(chat, error)
            raise

    async def _read(self, request: Request, caller: Caller) -> Chat:
        """The chat that a request holds, admitted to be explained if it asks for that. Raises Problem."""
        bodies.require_json(request)
        level = level_of(request.scope)
        body = await bodies.read(request, self._limits)
        asked = asked_of(bodies.parse_json(body, self._limits))
        chat = Chat(
            caller=caller,
            request_id=request.scope.get("request_id"),
            body=body,
            mode="plain" if level is None else "explained",
            stream=asked.get("stream") is True,
        )
        if level is not None:
            self._admit(chat, level, str(asked.get("model"))[:LONGEST_MODEL])
        return chat

    def _admit(self, chat: Chat, level: str, model: str) -> None:
        """Hold a copy of the chat, or say why that is not done."""
        instance = self._instance
        reason = instance.interceptor.refusal(len(chat.body))
        if reason is not None:
            instance.metrics.shed.labels(reason).inc()
            chat.marks = {"x-explain-status": "shed", "x-explain-reason": reason}
            self._note(chat, f"refused: {reason}", "-")
            return
        chat.trace = NewTrace(traces.new_id(), chat.caller.tenant, level, instance.clean(model))
        chat.marks = {"x-explain-status": "accepted", "x-trace-id": chat.trace.trace_id}
        instance.interceptor.hold(chat.trace, len(chat.body))

    async def _asked(self, chat: Chat, request: Request) -> Response:
        before = time.perf_counter()
        answer = await unless_left(request.receive, self._instance.upstream.ask(chat.body, request.headers))
        self._instance.metrics.upstream_seconds.labels(chat.mode).observe(time.perf_counter() - before)
        if answer.status >= 400:
            return await self._refused(chat, answer)
        if answer.headers.get("Content-Type", "").lower().startswith(EVENT_STREAM):
            first = await unless_left(request.receive, first_piece(answer))
            self._accept(chat)
            return Streamed(self, chat, answer, first)
        content = await unless_left(request.receive, read(answer))
        if not is_object(content):
            raise Problem("upstream-failed", 502, "the model's answer cannot be read")
        self._accept(chat)
        self.finish(chat, content, streamed=False)
        return Response(content, answer.status, headers={**passed_back(answer), **chat.marks})

    async def _refused(self, chat: Chat, answer: aiohttp.ClientResponse) -> Response:
        """The model's refusal of what the caller has sent, as it came."""
        content = await read(answer)
        if chat.trace is not None:
            self._instance.interceptor.release(chat.trace)
            chat.trace = None
            self._note(chat, f"refused: the model answered {answer.status}", "-")
        self.count(chat, "refused")
        return Response(content, answer.status, headers=passed_back(answer))

    def _accept(self, chat: Chat) -> None:
        """The answer has begun: from now on there is a trace."""
        if chat.trace is not None:
            self._instance.interceptor.begin(chat.trace)
            self._instance.metrics.accepted.labels(chat.trace.level).inc()
            self._instance.metrics.traces.labels(rules.QUEUED).inc()
            self._note(chat, "done", chat.trace.trace_id)

    def finish(self, chat: Chat, content: bytes, streamed: bool) -> None:
        """The answer is complete."""
        self.count(chat, "ok")
        if chat.trace is None:
            return
        if len(content) > self._instance.settings.sidecar_largest_copy:
            self.abandon(chat, rules.FAILED, "the answer is too large to be explained")
            return
        self._instance.interceptor.finish(chat.trace, chat.body, content, streamed)
        chat.trace = None

    def abandon(self, chat: Chat, status: str, reason: str) -> None:
        """The answer broke off after it had begun."""
        if chat.trace is not None:
            self._instance.interceptor.abandon(chat.trace, status, reason)
            self._instance.metrics.traces.labels(status).inc()
            who, ended = chat.caller, f"{status}: {reason}"
            act = Act(who.name, who.tenant, "end trace", ended, chat.trace.trace_id, chat.request_id)
            self._instance.audit.note(act)
            chat.trace = None

    def count(self, chat: Chat, outcome: str) -> None:
        """Count one chat."""
        metrics = self._instance.metrics
        metrics.chats.labels(chat.mode, "yes" if chat.stream else "no", outcome).inc()
        metrics.chat_seconds.labels(chat.mode).observe(time.perf_counter() - chat.started)

    def _give_up(self, chat: Chat, error: BaseException) -> None:
        """There was no answer, so there is no trace."""
        if chat.trace is not None:
            self._instance.interceptor.release(chat.trace)
            chat.trace = None
        left = isinstance(error, ClientDisconnect | asyncio.CancelledError)
        if chat.mode == "explained":
            reason = error.slug if isinstance(error, Problem) else "the caller left" if left else "an error"
            self._note(chat, f"refused: {reason}", "-")
        self.count(chat, "caller_left" if left else "upstream_error")

    def _note(self, chat: Chat, outcome: str, target: str) -> None:
        who = chat.caller
        self._instance.audit.note(Act(who.name, who.tenant, "create trace", outcome, target, chat.request_id))


class Streamed(Response):
    """Sends each piece of the upstream's answer as it comes, and keeps a copy of what is to be explained."""

    def __init__(self, route: ChatRoute, chat: Chat, answer: aiohttp.ClientResponse, first: bytes) -> None:
        super().__init__(None, answer.status, headers={**passed_back(answer), **chat.marks})
        del self.headers["content-length"]
        self._route = route
        self._chat = chat
        self._answer = answer
        self._first = first
        self._copy = bytearray()
        self._end = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            await unless_left(receive, self._pump(send))
        except (ClientDisconnect, asyncio.CancelledError):
            self._route.count(self._chat, "caller_left")
            self._route.abandon(self._chat, rules.CANCELLED, "the caller left before the answer ended")
            self._answer.close()
            return
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed("the model's answer broke off")
            self._answer.close()
            # The caller's connection breaks off, too: what came is not the whole answer.
            raise BrokenOff(problem_of(error).detail) from None
        if DONE in self._end:
            self._route.finish(self._chat, bytes(self._copy), streamed=True)
        else:
            self._failed("the model ended its answer early")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _failed(self, reason: str) -> None:
        self._route.count(self._chat, "upstream_error")
        self._route.abandon(self._chat, rules.FAILED, reason)

    async def _pump(self, send: Send) -> None:
        await self._pass_on(self._first, send)
        try:
            async for piece in self._answer.content.iter_any():
                await self._pass_on(piece, send)
        except (aiohttp.ClientError, TimeoutError):
            # What came before the failure is the caller's.
            await self._pass_on(left_over(self._answer), send)
            raise

    async def _pass_on(self, piece: bytes, send: Send) -> None:
        if not piece:
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        self._end = (self._end + piece)[-64:]
        if self._chat.trace is not None and len(self._copy) <= LARGEST_ANSWER:
            self._copy += piece


class BrokenOff(ConnectionError):
    """An answer that cannot be completed; the server closes the connection."""


def level_of(scope: Scope) -> str | None:
    """The level of explanation that is asked for; None if none is. Raises Problem 422."""
    modes, levels = headers.values(scope, EXPLAIN_MODE), headers.values(scope, LEVEL)
    if not modes:
        return None
    if [mode.strip().lower() for mode in modes] != [HYPERGRAPH]:
        raise bodies.invalid("x-explain-mode", f"expected {HYPERGRAPH}")
    level = levels[0].strip().lower() if levels else LEVELS[0]
    if len(levels) > 1 or level not in LEVELS:
        raise bodies.invalid("x-explain-level", f"expected {' or '.join(LEVELS)}")
    return level


def asked_of(value: Any) -> dict[str, Any]:
    """The request as an object. Raises Problem 422; the rest is the model's to judge."""
    if not isinstance(value, dict):
        raise bodies.invalid("", "expected an object")
    if not isinstance(value.get("messages"), list) or not value["messages"]:
        raise bodies.invalid("messages", "expected a list of at least one message")
    if not isinstance(value.get("model"), str) or not value["model"]:
        raise bodies.invalid("model", "expected the name of a model")
    if not isinstance(value.get("stream", False), bool | None):
        raise bodies.invalid("stream", "expected true or false")
    return value


def is_object(content: bytes) -> bool:
    """Whether an answer is a JSON object."""
    try:
        return isinstance(orjson.loads(content), dict)
    except orjson.JSONDecodeError:
        return False

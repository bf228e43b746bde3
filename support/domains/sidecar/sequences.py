"""What callers of two tenants do with traces and webhooks in any order, beside plain lists; each answer is compared."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from support.base.waiting import let_pass, until
from support.checks.shapes import read
from support.domains.sidecar import api, chaos, graphs, webhooks
from support.domains.sidecar.model import CANCELLED, COMPLETE, KnownTrace, KnownWebhook, TraceList
from support.domains.sidecar.webhooks import Receiver, Receivers
from support.http import Exchange
from support.model import Difference, Sequence, Step, curl
from support.world.core import World

PEOPLE = st.sampled_from([api.USER, api.READER, api.OTHER])
WRITERS = st.sampled_from([api.USER, api.OTHER])
TENANTS: Mapping[str, str] = {api.USER: "own", api.READER: "own", api.OTHER: "other"}
"""Who is of which tenant; what the tenants are called does not matter."""
WHICH = st.integers(0, 30)
LEVELS = st.sampled_from(["sentence", "token"])
HOLDS = st.sampled_from([0, 0.1, 0.4])
RECEIVERS = st.sampled_from(["accepts", *[says for says in webhooks.BEHAVIOURS if "3 times" not in says]])
PATIENCE = 20.0
"""Seconds in which every trace must have ended, and every webhook been told, however the explainers fared."""
NOT_THERE, CONFLICT = 404, 409


class TraceCallers(Sequence):
    """Callers who have chats explained, look at traces and graphs, and cancel; faults come and go meanwhile."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.model = TraceList()

    def call(self, who: str, says: str, method: str, below: str, body: Any = None, **options: Any) -> Exchange:
        """Have somebody call, as a step of the story."""
        endpoint = "chat" if body is not None else "traces"
        path, headers = self.world.endpoint(endpoint) + below, options.get("headers", {})

        def tell() -> Step:
            written = "" if body is None else json.dumps(body, ensure_ascii=False)
            command = curl.command(method, path, written, token=True, headers=headers)
            return Step(f"{who} {says}", f'TOKEN="$TOKEN_{who.upper()}"\n{command}')

        self.recording.note(tell)
        given = {**options, **({} if body is None else {"json": body})}
        return self.world.http.request(method, path, token=self.world.system.token(who), **given)

    @rule(who=WRITERS, level=LEVELS, stream=st.booleans())
    def explain(self, who: str, level: str, stream: bool) -> None:
        """Have a chat explained."""
        body = api.body_of(f"Why is water wet, and salt not? {uuid.uuid4().hex[:6]}", stream)
        answer = self.call(who, f"has a chat explained by {level}", "POST", "", body, headers=api.asking(level))
        expect(answer, 200)
        name = answer.headers.get(api.TRACE, "")
        if not name or not self.model.add(name, TENANTS[who]):
            raise Difference("a trace of its own", f"the chat names {name!r}")

    @rule(who=WRITERS)
    def chat_plainly(self, who: str) -> None:
        """Chat without an explanation."""
        answer = self.call(who, "chats without an explanation", "POST", "", api.body_of("Why?"))
        expect(answer, 200)
        if api.TRACE in answer.headers:
            raise Difference("no trace", f"the chat names {answer.headers[api.TRACE]!r}")

    @precondition(lambda self: self.model.traces)
    @rule(who=PEOPLE, which=WHICH)
    def look(self, who: str, which: int) -> None:
        """Look at a trace that may be another tenant's."""
        trace = self.one(which)
        answer = self.call(who, f"looks at the trace {self.number(trace)}", "GET", f"/{trace.id}")
        if self.model.find(trace.id, TENANTS[who]) is None:
            return expect(answer, NOT_THERE)
        return self.seen(trace, answer)

    @precondition(lambda self: self.model.traces)
    @rule(who=WRITERS, which=WHICH)
    def cancel(self, who: str, which: int) -> None:
        """Cancel a trace that may be another tenant's, or have ended."""
        trace = self.one(which)
        answer = self.call(who, f"cancels the trace {self.number(trace)}", "POST", f"/{trace.id}/cancel")
        if self.model.find(trace.id, TENANTS[who]) is None:
            expect(answer, NOT_THERE)
        elif answer.status == CONFLICT:
            self.refused(trace)
        else:
            expect(answer, 200)
            if not trace.cancelled():
                raise Difference(f"a refusal, as the trace is {trace.status}", "it was cancelled")

    @precondition(lambda self: self.model.traces)
    @rule(who=PEOPLE, which=WHICH)
    def ask_for_graph(self, who: str, which: int) -> None:
        """Ask for the graph of a trace that may be another tenant's, or have none."""
        trace = self.one(which)
        answer = self.call(who, f"asks for the graph of the trace {self.number(trace)}", "GET", f"/{trace.id}/graph")
        if self.model.find(trace.id, TENANTS[who]) is None:
            return expect(answer, NOT_THERE)
        if answer.status == CONFLICT and trace.status != COMPLETE:
            return None
        expect(answer, 200)
        if not trace.seen(COMPLETE):
            raise Difference(f"no graph, as the trace is {trace.status}", "there is one")
        if wrong := graphs.wrong_in(answer.json(), graphs.VERSION):
            raise Difference("a valid graph", f"it is not: {wrong[0]}")
        return None

    @rule(failing=st.booleans())
    def switch(self, failing: bool) -> None:
        """Attribution begins to fail, or works again."""
        self.recording.note(lambda: Step("attribution fails" if failing else "attribution works again"))
        chaos.switch(self.world, fail_attribution=failing)
        self.model.switch(failing)

    @rule(seconds=HOLDS)
    def hold(self, seconds: float) -> None:
        """Explanations take so much longer from now on."""
        self.recording.note(lambda: Step(f"each explanation takes {seconds:g} s longer"))
        chaos.hold(self.world, seconds)

    @invariant()
    def ends_last(self) -> None:
        """A trace that has ended, each in turn, is as it was."""
        ended = [each for each in self.model.traces if each.ended]
        if ended:
            trace = ended[len(self.recording) % len(ended)]
            self.seen(trace, self.quietly(trace))

    def teardown(self) -> None:
        """Before a sequence ends, every trace must have come to an end, without anybody doing anything for it."""
        from support.model.running import current_error

        if current_error() is None:
            try:
                self.finish()
            except AssertionError:
                super().teardown()
                raise
        super().teardown()

    def finish(self) -> None:
        """See that every trace ends in a way that it may."""
        self.switch_off()
        for trace in self.model.traces:
            until(lambda trace=trace: self.has_ended(trace), PATIENCE, "every trace to end", failing=_stuck)  # type: ignore[misc]

    def switch_off(self) -> None:
        """Have attribution work, at full speed."""
        chaos.switch(self.world, fail_attribution=False, hold_seconds=0)

    def has_ended(self, trace: KnownTrace) -> bool:
        """Whether a trace has ended by now."""
        self.seen(trace, self.quietly(trace))
        return trace.ended

    def seen(self, trace: KnownTrace, answer: Exchange) -> None:
        """Compare what is told of a trace with the model."""
        expect(answer, 200)
        before, status = trace.status, read(answer.json(), str, "status")
        if not trace.seen(status):
            raise Difference(
                f"the trace {self.number(trace)} to be {' or '.join(sorted(trace.possible()))}",
                f"it is {status}, and was {before}",
            )

    def refused(self, trace: KnownTrace) -> None:
        """Compare a refusal to cancel with the model: the trace must have ended, and in another way."""
        self.seen(trace, self.quietly(trace))
        if not trace.ended or trace.status == CANCELLED:
            raise Difference(f"the trace {self.number(trace)} to be cancelled", "that was refused")

    def quietly(self, trace: KnownTrace) -> Exchange:
        """Look at a trace as its owner, which is no step of the story."""
        who = api.USER if trace.tenant == TENANTS[api.USER] else api.OTHER
        path = f"{self.world.endpoint('traces')}/{trace.id}"
        return self.world.http.get(path, token=self.world.system.token(who))

    def one(self, which: int) -> KnownTrace:
        """One of the traces."""
        return self.model.traces[which % len(self.model.traces)]

    def number(self, trace: KnownTrace) -> str:
        """A trace as a story calls it."""
        return f"number {self.model.traces.index(trace) + 1}"


class WebhookCallers(TraceCallers):
    """The same, with webhooks that are registered and taken away, whose receivers accept, fail and dawdle."""

    def __init__(self) -> None:
        super().__init__()
        self.receivers: list[Receiver] = []

    @precondition(lambda self: len(self.receivers) < 3)
    @rule(who=WRITERS, behaves=RECEIVERS)
    def register(self, who: str, behaves: str) -> None:
        """Register a webhook."""
        self.recording.note(lambda: Step(f"{who} registers a webhook whose receiver {behaves}"))
        behaviour = webhooks.BEHAVIOURS.get(behaves, webhooks.accepting)
        receiver = webhooks.register(self.world, behaviour, who)
        self.receivers.append(receiver)
        known = KnownWebhook(receiver.name, TENANTS[who], taken_away="gone" in behaves)
        self.model.webhooks.append(known)

    @precondition(lambda self: self.receivers)
    @rule(which=WHICH)
    def take_away(self, which: int) -> None:
        """Take a webhook away; what it has not been told by then it need not be told."""
        number = which % len(self.receivers)
        self.recording.note(lambda: Step(f"the webhook number {number + 1} is taken away"))
        answer = webhooks.take_away(self.world, self.receivers[number])
        gone = self.model.webhooks[number]
        if answer.status not in (204, NOT_THERE):
            raise Difference("the webhook to be taken away", f"{answer}")
        gone.taken_away, gone.due = True, []

    def finish(self) -> None:
        """See that every trace ends, and that every webhook is told of each that it must be told of, and no other's."""
        super().finish()
        for receiver, known in zip(self.receivers, self.model.webhooks, strict=True):
            for name in known.due:
                told = lambda receiver=receiver, name=name: name in self.told(receiver)  # noqa: E731
                until(told, PATIENCE, f"the webhook of {receiver.owner} to be told", poll=0.1, failing=_stuck)
        let_pass(0.3, "a call to the wrong webhook would have come by then")
        for receiver, known in zip(self.receivers, self.model.webhooks, strict=True):
            self.compare(receiver, known)

    def compare(self, receiver: Receiver, known: KnownWebhook) -> None:
        """Compare what a receiver was told with the model: the own tenant's traces, each under one id, with its end."""
        for name, calls in self.told(receiver).items():
            trace = self.model.find(name, known.tenant)
            if trace is None:
                raise Difference(
                    "no webhook to be told of another tenant's trace", f"{receiver.owner}'s was told of {name}"
                )
            said = {(each[0], each[1]) for each in calls}
            if len(said) != 1 or next(iter(said))[1] != trace.status:
                raise Difference(f"one message, that the trace is {trace.status}", f"there were {sorted(said)}")

    def told(self, receiver: Receiver) -> dict[str, list[tuple[str, str]]]:
        """What a receiver was told: trace → id and status of each call."""
        found: dict[str, list[tuple[str, str]]] = {}
        for call in self.world.part(Receivers).calls(receiver):
            name = read(webhooks.body_of(call), str, "data", "trace_id")
            found.setdefault(name, []).append((call.header("webhook-id"), webhooks.told_status(call)))
        return found

    def tidy_up(self) -> None:
        """Take all webhooks away."""
        for receiver in self.receivers:
            webhooks.take_away(self.world, receiver)


def expect(answer: Exchange, status: int) -> None:
    """Raise Difference where an answer has another status."""
    if answer.status != status:
        raise Difference(f"the status {status}", f"it was {answer.status if answer.status else answer.error}")


def _stuck(said: str) -> Exception:
    return Difference("every trace to end, and every webhook to be told", said)

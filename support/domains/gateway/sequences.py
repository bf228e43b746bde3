"""What callers ask and upstreams do in any order, beside the model of it; each question is judged at its answer."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from support.domains.gateway import asking, model, stream_judgements, streams
from support.domains.gateway.asking import Asked
from support.domains.gateway.capabilities import REST
from support.domains.gateway.model import Behaviour, Effect, Memory, RouteRules, Seen
from support.domains.gateway.questions import Question
from support.domains.gateway.reading import data_events, text_in
from support.domains.gateway.routing import attempts
from support.domains.gateway.streams import Ending, Leave
from support.model import Difference, Sequence, Step, curl
from support.upstreams import faults
from support.upstreams.client import Upstream
from support.upstreams.faults import UpstreamFault
from support.world.core import World

MARGIN = 1.0
"""Seconds by which an upstream may rest longer than it is configured to, on a busy machine."""
SOON, NEVER = 1, 10**6
"""Failures in a row after which an upstream may rest: no promise says how few they are, only that it rests at last."""
UNKNOWN = "somebody with a key that nobody has"
ROUTES = ("plain", "guarded", "shared")

Injected = tuple[Behaviour, UpstreamFault | None]

WELL: list[Injected] = [(model.WELL, None)]
FAILS: list[Injected] = [
    (Behaviour("fails with the error 500", Effect.FAILS), faults.status(500)),
    (Behaviour("fails with the error 503", Effect.FAILS), faults.status(503)),
    (Behaviour("resets the connection", Effect.FAILS), faults.reset()),
    (Behaviour("answers with a web page", Effect.FAILS), faults.html()),
]
FAILS_WHOLE: list[Injected] = [
    (Behaviour("answers with an error as a success", Effect.FAILS), faults.error_under_200()),
    (Behaviour("answers without any choice", Effect.FAILS), faults.without_choices()),
    (Behaviour("answers with half a document", Effect.FAILS), faults.not_json()),
]
FAILS_STREAM: list[Injected] = [
    (Behaviour("breaks off before the first token", Effect.FAILS), faults.cut(0)),
    (Behaviour("reports an error before the first token", Effect.FAILS), faults.error_event(0)),
]
MISTAKES: list[Injected] = [
    (Behaviour(f"fails with the error {code}", Effect.MISTAKE, code), faults.status(code)) for code in (400, 404, 422)
]
BREAKS: list[Injected] = [
    (Behaviour("breaks off after 3 tokens", Effect.BREAKS), faults.cut(3)),
    (Behaviour("breaks off after 1 token", Effect.BREAKS), faults.cut(1)),
    (Behaviour("resets the connection after 2 tokens", Effect.BREAKS), faults.cut(2, reset=True)),
    (Behaviour("reports an error after 4 tokens", Effect.BREAKS), faults.error_event(4)),
    (Behaviour("sends half an event after 2 tokens", Effect.BREAKS), faults.broken_event(2)),
    (Behaviour("ends without [DONE] after 3 tokens", Effect.BREAKS, told=False), faults.unfinished(3)),
]
WRITES: list[Injected] = [
    (Behaviour("answers with comments in between", Effect.WELL), faults.framing(comments=True)),
    (Behaviour("answers with lines that end in CR LF", Effect.WELL), faults.framing(crlf=True)),
    (Behaviour("answers in pieces of 3 bytes", Effect.WELL), faults.framing(piece=3)),
]
WHOLE_ANSWERS = st.sampled_from([*WELL * 4, *FAILS, *FAILS_WHOLE, *MISTAKES])
STREAMS = st.sampled_from([*WELL * 2, *WRITES, *FAILS, *FAILS_STREAM, *BREAKS])
TOKENS = st.sampled_from([10, 6, 25])


class _Callers(Sequence):
    """Callers of one gateway. ``bound`` binds the world, the routes' rules, and who may ask for what."""

    world: ClassVar[World]
    models: ClassVar[Mapping[str, RouteRules]]
    upstreams: ClassVar[Mapping[str, Upstream]]
    memory: ClassVar[Memory]

    def asked(self, name: str, who: str, question: Question, done: Mapping[str, Injected], leave: Leave | None) -> None:
        """Have somebody ask while upstreams behave so, and compare what came of it with the model."""
        rules, behaviours = self.models[name], {each: behaviour for each, (behaviour, _) in done.items()}
        self._note(name, who, question, behaviours)
        self._forget_calls()
        for each, (_, fault) in done.items():
            if fault is not None:
                self.upstreams[each].inject(fault)
        resting = self.memory.resting(time.monotonic())
        try:
            asked = self._ask(name, who, question, leave)
            seen = self._seen(asked, rules)
        finally:
            for each in done:
                self.upstreams[each].heal()
        self.memory.note(seen.calls, behaviours, time.monotonic() + MARGIN)
        if (refusals := self._refusals(name, who)) is not None:
            self._compare(model.wrong_refusal(refusals, seen))
        elif leave is None:
            self._compare(model.wrong(rules, behaviours, resting, seen))

    def several(self, names: list[str], *, stream: bool) -> None:
        """Have callers ask for several models at the same moment, while all upstreams are well."""
        says = f"{len(names)} callers ask at once for {', '.join(names)}"
        self.recording.note(lambda: Step(says))
        questions = [Question(asking.route(self.world, name).model, stream=stream) for name in names]
        self._forget_calls()
        resting = self.memory.resting(time.monotonic())
        pairs = list(zip(names, questions, strict=True))
        asks = [lambda name=name, q=q: self._ask(name, asking.CALLER, q, None) for name, q in pairs]
        for asked in asking.together(asks, len(asks)):
            seen = self._seen(asked, self.models[asked.route])
            self.memory.note(seen.calls, {}, time.monotonic())
            self._compare(model.wrong(self.models[asked.route], {}, resting, seen))

    def tidy_up(self) -> None:
        """Heal whatever is still injected."""
        for upstream in self.upstreams.values():
            upstream.heal()

    def _forget_calls(self) -> None:
        """Forget earlier calls, of which each reading would tell again."""
        for upstream in self.upstreams.values():
            upstream.clear()

    def _ask(self, name: str, who: str, question: Question, leave: Leave | None) -> Asked:
        identity, added = (None, {"Authorization": "Bearer sk-nobody-has-this-key"}) if who == UNKNOWN else (who, {})
        headers = {**asking.headers_of(self.world, name, identity), **added}
        if question.stream:
            made = streams.ask(self.world.deployment.url + asking.CHAT, headers, question.body, asking.PATIENCE, leave)
            return Asked(question, name, who, made.exchange, made)
        answer = self.world.http.post(asking.CHAT, json=question.body, headers=headers, timeout=asking.PATIENCE)
        return Asked(question, name, who, answer)

    def _seen(self, asked: Asked, rules: RouteRules) -> Seen:
        """What was seen of a question, at its caller and at all upstreams."""
        made = asking.calls_of({name: each.calls() for name, each in self.upstreams.items()}, asked.question)
        names = tuple(name for name, _ in made)
        right = {asked.question.answer_of(name): name for name in self.upstreams}
        stream = asked.stream
        if stream is None or not stream.is_stream:
            return Seen(names, asked.exchange.status, right.get(asked.text, ""), asked.text)
        sent = text_in(data_events([(event.at, event.data) for event in made[-1][1].events])) if made else ""
        speaker = right.get(asked.text, "")
        if speaker and stream_judgements.wrong_in_whole(stream, asked.text):
            speaker = ""
        claims = bool(stream_judgements.claims_completion(stream)) and stream.ending is not Ending.LEFT
        tells = stream_judgements.tells_of_break(stream)
        return Seen(names, stream.status, speaker, asked.text, tells, claims, sent)

    def _refusals(self, name: str, who: str) -> tuple[int, ...] | None:
        """How somebody must be refused who asks for a route; None for who may ask."""
        if who == UNKNOWN:
            return model.UNKNOWN_CALLER
        identity = self.world.system.identities.get(who)
        opened = None if identity is None else identity.routes
        return None if opened is None or name in opened else model.FORBIDDEN

    def _note(self, name: str, who: str, question: Question, behaviours: Mapping[str, Behaviour]) -> None:
        def tell() -> Step:
            done = ", ".join(f"{each} {behaviour.says}" for each, behaviour in behaviours.items())
            what = "a stream of the" if question.stream else "the"
            body = json.dumps(question.body, ensure_ascii=False)
            command = curl.command("POST", asking.CHAT, body, token=True)
            return Step(f"{who} asks for {what} {name} model while {done}", f"# while {done}\n{command}")

        self.recording.note(tell)

    def _compare(self, difference: tuple[str, str] | None) -> None:
        if difference is not None:
            raise Difference(*difference)

    def _done(self, data: Any, name: str, behaviours: st.SearchStrategy[Injected]) -> dict[str, Injected]:
        return {each: data.draw(behaviours, label=each) for each in self.models[name].upstreams}


class ModelCallers(_Callers):
    """Callers who ask for whole answers of several models, alone and together, with and without a right to."""

    @rule(name=st.sampled_from(ROUTES), data=st.data())
    def ask(self, name: str, data: st.DataObject) -> None:
        """Ask for a model while its upstreams do this or that."""
        name = self._known(name)
        who = data.draw(st.sampled_from(self.people), label="who")
        question = Question(asking.route(self.world, name).model)
        self.asked(name, who, question, self._done(data, name, WHOLE_ANSWERS), None)

    @rule(names=st.lists(st.sampled_from(ROUTES), min_size=2, max_size=5))
    def ask_together(self, names: list[str]) -> None:
        """Ask for several models at once."""
        self.several([self._known(name) for name in names], stream=False)

    people: ClassVar[list[str]] = [asking.CALLER]

    def _known(self, name: str) -> str:
        return name if name in self.models else next(iter(self.models))


class StreamCallers(ModelCallers):
    """Callers who ask for streams of several models, and may go away in the middle."""

    @rule(name=st.sampled_from(ROUTES), data=st.data())
    def ask(self, name: str, data: st.DataObject) -> None:
        """Ask for a stream while the upstreams write it, or break it, in this or that way."""
        name = self._known(name)
        question = Question(asking.route(self.world, name).model, tokens=data.draw(TOKENS, label="tokens"), stream=True)
        self.asked(name, asking.CALLER, question, self._done(data, name, STREAMS), None)

    @rule(name=st.sampled_from(ROUTES), events=st.integers(1, 8))
    def leave(self, name: str, events: int) -> None:
        """Ask for a stream and go away after some events."""
        name = self._known(name)
        question = Question(asking.route(self.world, name).model, tokens=20, pace=0.005, stream=True)
        self.asked(name, asking.CALLER, question, {}, Leave(events=events))

    @rule(names=st.lists(st.sampled_from(ROUTES), min_size=2, max_size=5))
    def ask_together(self, names: list[str]) -> None:
        """Ask for streams of several models at once."""
        self.several([self._known(name) for name in names], stream=True)


def bound(kind: type[ModelCallers], world: World, upstreams: Mapping[str, Upstream]) -> type[ModelCallers]:
    """The callers, bound to the gateway that was started last and its upstreams."""
    offered = world.system.capabilities
    rules = {
        name: RouteRules(
            name,
            tuple(route.upstreams),
            attempts(world, name),
            ordered=name == "guarded" and "fallback-order" in offered,
        )
        for name, route in world.system.routes.items()
        if name in ROUTES
    }
    people = [asking.CALLER] * 4
    people += ["narrow"] if "key-models" in offered else []
    people += [UNKNOWN] if "keys" in offered else []
    memory = Memory(SOON if {"cooldown", "health-checks"} & set(offered) else NEVER, REST)
    attributes = {"world": world, "models": rules, "upstreams": upstreams, "memory": memory, "people": people}
    return type(kind.__name__, (kind,), attributes)

"""Chats beside the model's own answers: the same bytes, the same words sent on, and what a failed one leaves."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import Broken, NotVerified
from support.checks.basis import enough
from support.deployments import TopologyDeployment
from support.domains.sidecar import api, metrics, scripts, traces
from support.domains.sidecar.traces import Traces
from support.http import Exchange
from support.world.core import World

PROCESS = "model"
ASKED: Mapping[str, Mapping[str, str]] = {
    "without an explanation": {},
    "with an explanation": api.asking("sentence"),
}
"""How a chat is asked for, in the words of Gherkin → its headers."""
MORE: Mapping[str, Any] = {"temperature": 0.25, "seed": 11, "unheard_of": {"deep": [1, None, "ü"]}, "n": 1}
COMPARED = ("Content-Type",)
"""Headers of an answer that the sidecar may not change."""


@dataclass(slots=True)
class Compared:
    """The same chat, answered by the model itself and by the sidecar; and the body that a chat was sent with."""

    pairs: list[tuple[Exchange, Exchange]] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    asked: str = ""


def address_of_model(world: World) -> str:
    """Where the model itself answers. Raises NotVerified where it does not run as a process of the system's."""
    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(f"the model of a {world.deployment.kind} deployment cannot be asked by itself")
    return world.deployment.processes[PROCESS].first.url


def of_model(world: World, body: api.Body) -> Exchange:
    """Have the model itself answer a chat."""
    return world.client_for(address_of_model(world)).post(world.endpoint("chat"), json=body)


def answer_both_ways(world: World, way: str, asked: str) -> None:
    """Have the same chat answered by the model itself and by the sidecar."""
    body = api.body_of(f"{traces.PROMPT} {uuid.uuid4().hex[:8]} Zoë 李 🧂", traces.WAYS[way])
    direct = of_model(world, body)
    beside = api.chat(world, api.USER, body, ASKED[asked])
    traces.note(world, beside, api.USER)
    world.part(Compared).pairs.append((direct, beside))
    world.part(Compared).asked = asked


def differences(direct: Exchange, beside: Exchange) -> list[str]:
    """Where the sidecar's answer differs from the model's own: status, kind of content, bytes."""
    if not direct.ok or not direct.body:
        raise Broken(f"the model itself does not answer: {direct}")
    wrong = [] if direct.status == beside.status else [f"the status is {beside.status}, not {direct.status}"]
    for name in COMPARED:
        if direct.headers.get(name) != beside.headers.get(name):
            wrong.append(f"{name} is {beside.headers.get(name)!r}, not {direct.headers.get(name)!r}")
    if direct.body != beside.body:
        at = next((n for n, (a, b) in enumerate(zip(direct.body, beside.body, strict=False)) if a != b), None)
        at = min(len(direct.body), len(beside.body)) if at is None else at
        wrong.append(f"byte {at}: {beside.body[at : at + 40]!r}, not {direct.body[at : at + 40]!r}")
    return wrong


def different(world: World) -> list[str]:
    """Where the pairs of the scenario differ."""
    pairs = enough(world.part(Compared).pairs, "chats that were answered both ways")
    return [wrong for direct, beside in pairs for wrong in differences(direct, beside)]


def wrongly_traced(world: World) -> list[str]:
    """What is wrong with the traces of the last pair: one without being asked for, or none although it was."""
    _, beside = enough(world.part(Compared).pairs, "chats that were answered both ways")[-1]
    named = [f"{name}: {value}" for name, value in beside.headers.items() if name.lower().startswith("x-explain")]
    named += [f"{api.TRACE}: {beside.headers[api.TRACE]}"] if api.TRACE in beside.headers else []
    if ASKED[world.part(Compared).asked]:
        return [] if api.TRACE in beside.headers else ["no trace is named, although an explanation was asked for"]
    return named


def send_with_more(world: World) -> None:
    """Have a user chat with fields besides the messages, some of which nobody knows."""
    mark = scripts.add(world, scripts.saying("Well."))
    world.part(Compared).body = body = api.body_of(f"{mark} Zoë asks why.", **MORE)
    traces.note(world, api.chat(world, api.USER, body, api.asking("sentence")), api.USER)


def sent_otherwise(world: World) -> list[str]:
    """What the model was sent otherwise than the user wrote it."""
    wrote = enough(world.part(Compared).body, "fields of the chat")
    received = json.loads(enough(scripts.sent(world), "chats that reached the model")[-1].body)
    names = {*wrote, *received}
    return [
        f"{name}: {received.get(name)!r}, not {wrote.get(name)!r}"
        for name in sorted(names)
        if received.get(name) != wrote.get(name)
    ]


def sent_besides(world: World) -> list[str]:
    """The token and the sidecar's own headers, where the model was sent them."""
    received = enough(scripts.sent(world), "chats that reached the model")[-1]
    token = world.system.token(api.USER)
    return [name for name, value in received.headers.items() if token in value or name.lower().startswith("x-explain")]


def explain_troubled(world: World, trouble: str, stream: bool = False) -> None:
    """Have a user have a chat explained while something is wrong with the model."""
    prompt = f"{scripts.add(world, scripts.TROUBLES[trouble])} {traces.PROMPT}"
    if stream:
        traces.explain_to_the_break(world, prompt)
    else:
        traces.explain(world, prompt)


def explain_answered(world: World, answer: str) -> None:
    """Have a user have a chat explained that the model answers so."""
    mark = scripts.add(world, scripts.ANSWERS[answer])
    traces.explain(world, f"{mark} {traces.PROMPT}", stream=True)


def left_behind(world: World) -> list[str]:
    """The traces that failed chats have left without an end, or with a graph."""
    chats = enough(world.part(Traces).chats, "chats")
    named = [each.headers.get(api.TRACE) for each in chats if not each.ok and api.TRACE in each.headers]
    ends = {each.id: traces.await_end(world, each) for each in world.part(Traces).made if each.id in named}
    return [f"{trace} is {end}" for trace, end in ends.items() if end == traces.COMPLETE]


def unanswered(world: World) -> list[str]:
    """The chats of the scenario that were not answered as the model answers them: with its name and the prompt."""
    chats = enough(world.part(Traces).chats, "chats")
    return [str(each) for each in chats if not each.ok or not _repeats(each)]


def _repeats(exchange: Exchange) -> bool:
    """Whether an answer has the words of its prompt, as the model of the system repeats them."""
    asked = str(exchange.request_json()["messages"][-1]["content"])
    words = [word for word in asked.split() if "=" not in word]
    return " ".join(words) in api.text_of(exchange)


def waiting(world: World) -> list[str]:
    """The traces and copies of chats that are still in anybody's hands, by the gateway's own metrics."""
    seen = metrics.await_nothing_held(world)
    return [] if seen == 0 else [f"{seen:g} traces or copies of chats are held"]


def looks_whole(exchange: Exchange) -> list[str]:
    """What makes a broken stream look like a whole answer."""
    found = ["it has the mark of a proper end"] if api.is_whole(exchange) and b"error" not in exchange.body else []
    if exchange.error is None and b"error" not in exchange.body:
        found.append(f"neither the connection nor the stream tells of an error: {exchange.body[-200:]!r}")
    return found

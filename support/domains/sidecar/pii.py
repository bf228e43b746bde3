"""Searches every copy of a chat for personal data: queue, files, logs, records, metrics, graphs and webhooks."""

from __future__ import annotations

import base64
import json
import random
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from support.base.outcomes import Broken, NotVerified
from support.base.text import decoded
from support.checks import shapes
from support.checks.basis import enough
from support.deployments import TopologyDeployment
from support.domains.sidecar import api, chats, explainers, graphs, personal, scripts, traces
from support.domains.sidecar.personal import Sample
from support.domains.sidecar.traces import Traces
from support.domains.sidecar.webhooks import Receivers
from support.http import Exchange
from support.subjects import topology
from support.world.core import World

NOT_LETTERS = re.compile(r"[^0-9a-z@]+")


@dataclass(slots=True)
class Said:
    """The personal data that the chats of the scenario hold, and the last chat with the model's own answer to it."""

    values: list[str] = field(default_factory=list)
    direct: Exchange | None = None
    chat: Exchange | None = None
    source: random.Random = field(default_factory=lambda: random.Random(uuid.uuid4().int))


def explain(world: World, sample: Sample) -> None:
    """Have a user have a chat explained that holds a sample."""
    said = world.part(Said)
    said.values.append(sample.value)
    said.direct = chats.of_model(world, api.body_of(sample.text))
    traces.explain(world, sample.text)
    said.chat = world.part(Traces).chat


def explain_where(world: World, where: str) -> None:
    """Have a user have a chat explained that has personal data in this place."""
    said = world.part(Said)
    value = (
        personal.person(said.source) if "name" in where else personal.PERSONAL["an e-mail address"](said.source).value
    )
    said.values.append(value)
    PLACES[where](world, value)


def _scripted(world: World, script: scripts.Script, **how: Any) -> None:
    mark = scripts.add(world, script)
    traces.explain(world, f"{mark} Whom do I write to?", **how)


def _split(world: World, value: str) -> None:
    name, at, domain = value.partition("@")
    _scripted(world, scripts.saying("Write to ", name, f"{at}{domain}", " today."), stream=True)


def _tool(world: World, value: str) -> None:
    arguments = json.dumps({"to": value})
    call = {"id": "call_1", "type": "function", "index": 0, "function": {"name": "send_mail", "arguments": arguments}}
    _scripted(world, scripts.saying("", message={"content": None, "tool_calls": [call]}))


def _messages(world: World, messages: Sequence[Mapping[str, Any]]) -> None:
    mark = scripts.add(world, scripts.saying("I see."))
    traces.explain(world, "", messages=[{"role": "system", "content": mark}, *messages])


def _parts(world: World, value: str) -> None:
    parts = [{"type": "text", "text": "Please write to"}, {"type": "text", "text": f"{value} today."}]
    _messages(world, [{"role": "user", "content": parts}])


def _refused(world: World, value: str) -> None:
    answer = api.act(
        world,
        api.USER,
        "POST",
        "chat",
        json={"model": value, "messages": f"Write to {value}"},
        headers=api.asking("sentence"),
    )
    traces.note(world, answer, api.USER)


PLACES: Mapping[str, Callable[[World, str], None]] = {
    "split over two chunks of the answer": _split,
    "in the name that a header gives": lambda world, value: _scripted(
        world, scripts.saying("I see."), headers={"X-User-Name": value, "X-Forwarded-User": value, "From": value}
    ),
    "in a header that nobody knows": lambda world, value: _scripted(
        world, scripts.saying("I see."), headers={"X-Whatever": value, "User-Agent": value, "X-Request-ID": value}
    ),
    "in a call of a tool": _tool,
    "in an error of the model": lambda world, value: _scripted(
        world, scripts.failing(500, f"no customer {value} is known")
    ),
    "in an earlier message": lambda world, value: _messages(
        world, [{"role": "user", "content": f"I am {value}."}, {"role": "user", "content": "Who am I?"}]
    ),
    "in a message of several parts": _parts,
    "in the address that is called": lambda world, value: _scripted(
        world, scripts.saying("I see."), below=f"?customer={quote(value)}"
    ),
    "in a chat that is refused as badly written": _refused,
}
"""Where personal data comes, in the words of Gherkin → how such a chat is had."""


def changed(world: World) -> list[str]:
    """Where the answer to the last chat differs from the model's own, which holds the personal data."""
    said = world.part(Said)
    if said.direct is None or said.chat is None:
        raise Broken("no chat has been had with the model alone")
    lost = [] if said.values[-1] in api.text_of(said.chat) else ["the answer does not hold what the model said"]
    return chats.differences(said.direct, said.chat) + lost


def copies(world: World) -> dict[str, str]:
    """Every copy of the scenario's chats that can be reached, by where it is."""
    found = {"log": world.logs(), **_files(world), **_queue(world), **_told(world)}
    found["metrics"] = world.http.get(world.endpoint("metrics")).text
    found.update({f"webhook call {number}": text for number, text in enumerate(_webhooks(world), 1)})
    world.show(
        "copies that were searched", "\n".join(f"{where}: {len(text)} characters" for where, text in found.items())
    )
    return enough(found, "copies of the chat")


def found_in(texts: Mapping[str, str], values: Sequence[str]) -> list[str]:
    """Where a value stands: as it is, escaped, encoded, or with other separators between its parts."""
    return [
        f"{where}: {shown(value)}"
        for value in enough(values, "values to look for")
        for where, text in texts.items()
        if any(each in text for each in spellings(value)) or plain(value) in plain(text)
    ]


def spellings(value: str) -> set[str]:
    """A value as it is, as JSON and addresses write it, and in base64 at each place of three bytes."""
    inside = [base64.b64encode(b"x" * shift + value.encode()).decode()[4:-4] for shift in range(3)]
    return {value, json.dumps(value)[1:-1], quote(value, safe=""), *[each for each in inside if len(each) > 8]}


def plain(text: str) -> str:
    """A text without what separates the parts of a number or an address."""
    return NOT_LETTERS.sub("", text.lower())


def shown(value: str) -> str:
    """A value as a message may show it."""
    return f"{value[:3]}… ({len(value)} characters)"


def search(world: World) -> list[str]:
    """Where the personal data of the scenario stands, once its traces that can end have ended."""
    held = not _explainers_run(world)
    for trace in world.part(Traces).made if not held else ():
        traces.await_end(world, trace)
    return found_in(copies(world), world.part(Said).values)


def kept(world: World) -> str:
    """All texts of the graph of the last trace's prompt, in their order."""
    graph = graphs.of_last(world)["graph"]
    return " ".join(graphs.texts(graph, graphs.PROMPT))


def _explainers_run(world: World) -> bool:
    return not any(fault.active for fault in world.faults)


def _files(world: World) -> dict[str, str]:
    """Everything in the data folder of the system."""
    if not isinstance(world.deployment, TopologyDeployment):
        raise NotVerified(f"the files of a {world.deployment.kind} deployment cannot be searched")
    folder = world.deployment.data
    paths = [each for each in sorted(folder.rglob("*")) if each.is_file() and not each.is_symlink()]
    return {f"file {each.relative_to(folder)}": decoded(each.read_bytes()) for each in enough(paths, "files")}


def _queue(world: World) -> dict[str, str]:
    """All that Redis holds, and its own files; empty texts where it is away."""
    store = topology.store(world, explainers.STORE)
    found = {
        f"store {each.name}": decoded(each.read_bytes())
        for each in sorted(store.data.rglob("*"))
        if each.is_file() and each.suffix in (".aof", ".rdb", ".log")
    }
    client = explainers.client(world)
    for key in client.scan_iter("*"):
        found[f"queue {decoded(key)}"] = _value(client, key)
    return found


def _value(client: Any, key: bytes) -> str:
    kind = client.type(key)
    readers = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"list": lambda name: client.lrange(name, 0, -1),
        b"set": client.smembers,
        b"zset": lambda name: client.zrange(name, 0, -1),
    }
    if kind not in readers:
        raise Broken(f"a value of type {kind!r} in the queue cannot be read")
    return repr(readers[kind](key))


def _told(world: World) -> dict[str, str]:
    """What the API tells of each trace; the texts of its graph also one after the other, as they may be split."""
    found: dict[str, str] = {}
    for trace in world.part(Traces).made:
        found[f"trace {trace.id}"] = traces.ask(world, trace).text
        graph = graphs.ask(world, trace)
        found[f"graph {trace.id}"] = graph.text
        if graph.ok:
            inside = shapes.read(graph.json(), shapes.Object, "graph")
            for kind in (graphs.PROMPT, graphs.ANSWER):
                found[f"{kind} in the graph {trace.id}"] = " ".join(graphs.texts(inside, kind))
    return found


def _webhooks(world: World) -> list[str]:
    mine = world.part(Receivers)
    return [f"{dict(each.headers)} {decoded(each.body)}" for made in mine.made for each in mine.calls(made)]

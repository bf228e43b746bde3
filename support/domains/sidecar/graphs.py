"""Graphs of traces: valid Hypergraph Interchange Format, references that hold, and what they join with what."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

from support.base.outcomes import NotMet
from support.base.waiting import let_pass
from support.checks.basis import enough
from support.checks.shapes import Object, read
from support.domains.sidecar import api, scripts, traces
from support.domains.sidecar.traces import Trace, Traces
from support.http import Exchange
from support.world.core import World

VERSION = "hif-1"
SENTENCES = (
    "The ship left Bergen on Monday with a load of dried fish.",
    "Seven sailors were on board and one cat.",
    "Salt water freezes at a lower temperature than fresh water.",
    "Nobody had repaired the old lighthouse for years.",
)
REPEATED = SENTENCES[2]
SCHEMA = Path(__file__).with_name("hif_schema.json")
HEAD, TAIL = "head", "tail"
ANSWER, PROMPT = "answer", "prompt"
PASSING = ("trace_id", "created")
"""What of ``meta`` differs from one trace to the next."""


@dataclass(slots=True)
class Graphs:
    """The graphs of the scenario by trace, as they were when they were read first."""

    read: dict[str, Object] = field(default_factory=dict)


def ask(world: World, trace: Trace, who: str | None = None) -> Exchange:
    """Ask for the graph of a trace."""
    return api.call(world, who or trace.owner, "GET", "traces", f"/{trace.id}/graph")


def of(world: World, trace: Trace) -> Object:
    """The graph of a trace that is complete. Raises NotMet if there is none."""
    document = read(api.done(ask(world, trace)), Object)
    world.part(Graphs).read.setdefault(trace.id, document)
    return document


def of_last(world: World) -> Object:
    """The graph of the last trace, once that is complete."""
    trace = world.part(Traces).last
    traces.await_status(world, trace, traces.COMPLETE)
    return of(world, trace)


def wrong_in(document: object, version: str) -> list[str]:
    """What is wrong with a delivered graph: its version, its form, and references to what it does not have."""
    wrong = []
    meta = read(document, Object, "meta")
    if meta.get("version") != version:
        wrong.append(f"meta.version is {meta.get('version')!r}, not {version!r}")
    graph = read(document, Object, "graph")
    try:
        _validator()(graph)
    except fastjsonschema.JsonSchemaValueException as error:
        return [*wrong, f"no valid HIF: {error.message}"]
    return wrong + dangling(graph) + repeated(graph)


def dangling(graph: Object) -> list[str]:
    """The incidences that name a node or an edge which the graph does not list."""
    nodes = {each["node"] for each in graph.get("nodes", [])}
    edges = {each["edge"] for each in graph.get("edges", [])}
    return [
        f"incidence {number} names {kind} {each[kind]!r}, which is not there"
        for number, each in enumerate(graph["incidences"])
        for kind, known in (("node", nodes), ("edge", edges))
        if each[kind] not in known
    ]


def repeated(graph: Object) -> list[str]:
    """The nodes and edges that are listed more than once."""
    found = []
    for kind in ("node", "edge"):
        names = [each[kind] for each in graph.get(f"{kind}s", [])]
        found += [f"{kind} {name!r} is listed {names.count(name)} times" for name in _twice(names)]
    return found


def texts(graph: Object, kind: str) -> list[str]:
    """The texts of the nodes of a kind, in their order."""
    mine = [each.get("attrs", {}) for each in graph.get("nodes", [])]
    return [str(attrs.get("text", "")) for attrs in mine if attrs.get("kind") == kind]


def unjoined(graph: Object) -> list[str]:
    """The nodes of the answer that no edge joins with a node of the prompt."""
    kinds = {each["node"]: each.get("attrs", {}).get("kind") for each in graph.get("nodes", [])}
    by_edge: dict[Any, list[Any]] = {}
    for each in graph["incidences"]:
        by_edge.setdefault(each["edge"], []).append(each["node"])
    joined = {node for nodes in by_edge.values() if any(kinds.get(each) == PROMPT for each in nodes) for node in nodes}
    answers = enough([node for node, kind in kinds.items() if kind == ANSWER], "parts of the answer in the graph")
    return [str(node) for node in answers if node not in joined]


def heaviest(graph: Object) -> str:
    """The text of the prompt's node with the largest weight of all incidences."""
    kinds = {each["node"]: each.get("attrs", {}) for each in graph.get("nodes", [])}
    weighed = [
        (float(each.get("weight", 0.0)), str(kinds[each["node"]].get("text", "")))
        for each in graph["incidences"]
        if kinds.get(each["node"], {}).get("kind") == PROMPT
    ]
    return max(enough(weighed, "weighed parts of the prompt"))[1]


def units_missing(world: World, level: str) -> list[str]:
    """The units (sentences or tokens) of the last chat's answer that the graph has no node for."""
    graph = read(of_last(world), Object, "graph")
    answer = traces.answer_of(world.part(Traces).last)
    found = "".join(texts(graph, ANSWER)).replace(" ", "")
    units = SPLIT[level](answer)
    return [unit for unit in enough(units, f"units of level {level}") if unit.replace(" ", "") not in found]


def lasting(document: Object) -> Object:
    """A delivered graph without what differs from trace to trace: its time, and the name of the trace."""
    name = str(document["meta"].get("trace_id"))
    told: Object = json.loads(json.dumps(document).replace(name, "NAME"))
    return {**told, "meta": {key: value for key, value in told["meta"].items() if key not in PASSING}}


def none_yet(world: World) -> list[str]:
    """What a refusal to deliver a graph says otherwise than that there is none."""
    answer = world.exchange
    wrong = [] if answer.status in (404, 409, 410) else [f"{answer}"]
    return wrong + (["it has incidences"] if "incidences" in answer.text else [])


def delivered(world: World, trace: Trace) -> list[str]:
    """What is delivered of a trace that must have no graph."""
    answer = ask(world, trace)
    if answer.ok or "incidences" in answer.text:
        return [f"{trace.id}: {answer}"]
    if answer.status is None or answer.status >= 500:
        raise NotMet(f"expected a refusal, as there is no graph, but {answer}")
    return []


def _sentences(text: str) -> list[str]:
    ended = text.replace("? ", "?\n").replace("! ", "!\n").replace(". ", ".\n")
    return [each.strip() for each in ended.splitlines() if each.strip()]


SPLIT: dict[str, Callable[[str], list[str]]] = {"sentence": _sentences, "token": str.split}
"""Level → how a plain reader splits an answer."""


def _twice(names: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    return list(dict.fromkeys(name for name in names if name in seen or seen.add(name)))  # type: ignore[func-returns-value]


@cache
def _validator() -> Callable[[Any], Any]:
    compiled: Callable[[Any], Any] = fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return compiled


def explain_repeated(world: World) -> None:
    """Have a chat explained whose prompt has four sentences, and whose answer is the third of them."""
    mark = scripts.add(world, scripts.saying(REPEATED))
    messages = [{"role": "system", "content": mark}, {"role": "user", "content": " ".join(SENTENCES)}]
    traces.explain(world, "", messages=messages)


def of_both(world: World) -> tuple[Object, Object]:
    """The graphs of the last two traces, without what differs from trace to trace."""
    made = enough(world.part(Traces).made, "traces to compare", 2)[-2:]
    for each in made:
        traces.await_status(world, each, traces.COMPLETE)
    first, second = (lasting(of(world, each)) for each in made)
    return first, second


def keep_all(world: World) -> None:
    """Read the graphs of all traces, to be compared later."""
    for trace in world.part(Traces).made:
        of(world, trace)


def changed(world: World, status: str) -> list[str]:
    """The traces that do not keep a status, or whose graph is another than it was."""
    kept = enough(world.part(Graphs).read, "graphs that were read before")
    let_pass(traces.STAYS, "jobs that were delivered once more are done by then")
    found = [f"{each.id} is {seen}" for each in world.part(Traces).made if (seen := traces.look(world, each)) != status]
    return found + [
        f"the graph of {each.id} is another now"
        for each in world.part(Traces).made
        if read(api.done(ask(world, each)), Object) != kept[each.id]
    ]

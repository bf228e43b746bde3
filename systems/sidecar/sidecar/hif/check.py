"""Checks a graph against the standard's schema, and that its incidences name only nodes and edges that it has."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastjsonschema
import orjson

VERSION = "hif-1"
SCHEMA = Path(__file__).parent / "schema.json"


class NotHif(Exception):
    """A graph that no reader should be given. The message names the first thing that is wrong."""


@functools.cache
def validator() -> Callable[[Any], Any]:
    """The compiled schema."""
    compiled: Callable[[Any], Any] = fastjsonschema.compile(orjson.loads(SCHEMA.read_bytes()))
    return compiled


def check(delivered: dict[str, Any]) -> None:
    """Raises NotHif for what is no graph of this version."""
    if delivered.get("meta", {}).get("version") != VERSION:
        raise NotHif(f"meta.version is not {VERSION}")
    graph = delivered.get("graph")
    try:
        validator()(graph)
    except fastjsonschema.JsonSchemaException as error:
        raise NotHif(str(error)) from error
    assert isinstance(graph, dict)
    wrong = next(contradictions(graph), None)
    if wrong is not None:
        raise NotHif(wrong)


def contradictions(graph: dict[str, Any]) -> Iterator[str]:
    """What the schema cannot see: names that stand for nothing, and names that stand for two things."""
    known: dict[str, set[str | int]] = {}
    for kind in ("node", "edge"):
        names = [entry[kind] for entry in graph.get(f"{kind}s", [])]
        known[kind] = set(names)
        if len(known[kind]) < len(names):
            yield f"a {kind} is there twice"
    pairs = set()
    for incidence in graph["incidences"]:
        for kind, names_of_kind in known.items():
            if incidence[kind] not in names_of_kind:
                yield f"an incidence names the {kind} {incidence[kind]!r}, which is not there"
        pair = incidence["edge"], incidence["node"], incidence.get("direction")
        if pair in pairs:
            yield f"the incidence {pair!r} is there twice"
        pairs.add(pair)

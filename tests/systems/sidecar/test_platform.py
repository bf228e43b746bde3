"""The platform's tools: what the guard of the API finds in small documents, and what the analyser recommends."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sidecar.platform import api_guard, attach_rate
from sidecar.platform.__main__ import main

PATH = "/v1/traces/{id}"
GRAPH = {"$ref": "#/components/schemas/Graph"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        PATH: {
            "get": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "level", "in": "query", "schema": {"type": "string", "enum": ["sentence", "token"]}},
                ],
                "responses": {
                    "200": {
                        "description": "it",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Trace"}}},
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Trace": {"type": "object", "properties": {"id": {"type": "string"}, "graph": GRAPH}},
            "Graph": {"type": "object", "properties": {"nodes": {"type": "integer"}}},
        }
    },
}


def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][PATH]["get"]
    return found


BREAKING: dict[str, Callable[[dict[str, Any]], object]] = {
    "the path": lambda d: d["paths"].pop(PATH) and d["paths"].update({"/v1/other": {}}),
    "a value of a choice": lambda d: operation(d)["parameters"][1]["schema"]["enum"].pop(),
    "the type of a parameter": lambda d: operation(d)["parameters"][0]["schema"].update(type="integer"),
    "a property of an answer": lambda d: d["components"]["schemas"]["Trace"]["properties"].pop("id"),
    "a property within an answer": lambda d: d["components"]["schemas"]["Graph"]["properties"].pop("nodes"),
    "an answer": lambda d: operation(d)["responses"].update({"202": operation(d)["responses"].pop("200")}),
}
COMPATIBLE: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda d: None,
    "a property more": lambda d: d["components"]["schemas"]["Trace"]["properties"].update(x={"type": "string"}),
    "a value more": lambda d: operation(d)["parameters"][1]["schema"]["enum"].append("word"),
    "another description": lambda d: operation(d).update(description="Said in other words"),
}


def status(folder: Path, change: Callable[[dict[str, Any]], object]) -> int:
    changed = copy.deepcopy(DOCUMENT)
    change(changed)
    paths = [folder / "frozen.json", folder / "current.json"]
    for path, document in zip(paths, (DOCUMENT, changed), strict=True):
        path.write_text(json.dumps(document), encoding="utf-8")
    return main(["api-guard", *map(str, paths)])


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_is_stopped(name: str, tmp_path: Path) -> None:
    assert status(tmp_path, BREAKING[name]) == 1


@pytest.mark.parametrize("name", COMPATIBLE)
def test_what_breaks_nobody_is_let_through(name: str, tmp_path: Path) -> None:
    assert status(tmp_path, COMPATIBLE[name]) == 0


def test_what_cannot_be_compared_is_no_pass(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("{}", encoding="utf-8")
    assert main(["api-guard", str(empty), str(empty)]) == 2
    assert main(["api-guard", str(empty)]) == 2
    assert main(["no-such-tool"]) == 2


def test_schemas_that_refer_to_themselves() -> None:
    document = {"components": {"schemas": {"A": {"properties": {"a": {"$ref": "#/components/schemas/A"}}}}}}
    assert len(api_guard.properties(document, {"$ref": "#/components/schemas/A"})) < 50


@pytest.mark.parametrize(
    ("load", "peak", "needed", "within"),
    [
        (attach_rate.Load(200, 60, 60, 12), 150, 7, True),
        (attach_rate.Load(200, 2, 2, 0.02), 10, 1, True),
        (attach_rate.Load(10, 10, 10, 30), 150, 322, False),
    ],
)
def test_recommendations(load: attach_rate.Load, peak: float, needed: int, within: bool) -> None:
    made = attach_rate.recommend(load, peak, 0.7, attach_rate.Chart(threads=2, least=2, fewest=2, most=24))
    assert (made.needed, made.within_bounds, made.recommended) == (needed, within, max(needed, 2))

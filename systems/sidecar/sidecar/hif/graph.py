"""Makes the graph of an explanation: a hyperedge for each unit of the answer, from the parts that it rests on."""

from __future__ import annotations

from typing import Any

from sidecar.attribution.explain import Explanation
from sidecar.hif.check import VERSION

LONGEST_TEXT = 500
MOST_PARTS = 5
LEAST_SHARE = 0.1
"""Parts with less are left out of a hyperedge, but for the first."""


def delivered(explanation: Explanation, trace_id: str, level: str, created: str) -> dict[str, Any]:
    """What ``GET /v1/traces/{trace_id}/graph`` answers."""
    about = {"method": explanation.method, "explains": "likeness", "model": explanation.model}
    meta = {
        "version": VERSION,
        "trace_id": trace_id,
        "level": level,
        **about,
        "permutations": explanation.permutations,
        "created": created,
        "truncated": explanation.truncated,
    }
    return {
        "meta": meta,
        "graph": graph_of(explanation, {"name": "explanation of an answer", "level": level, **about}),
    }


def graph_of(explanation: Explanation, metadata: dict[str, Any]) -> dict[str, Any]:
    """The graph itself."""
    nodes = [
        {"node": f"p{index}", "attrs": attributes("prompt", part.role, index, part.text)}
        for index, part in enumerate(explanation.parts)
    ]
    nodes += [
        {"node": f"a{index}", "attrs": attributes("answer", "assistant", index, text)}
        for index, text in enumerate(explanation.units)
    ]
    edges = [{"edge": f"e{index}", "attrs": {"kind": "attribution"}} for index in range(len(explanation.units))]
    incidences: list[dict[str, Any]] = []
    for unit in range(len(explanation.units)):
        incidences += incidences_of(explanation, unit)
    return {
        "network-type": "directed",
        "metadata": metadata,
        "incidences": incidences,
        "nodes": nodes,
        "edges": edges,
    }


def attributes(kind: str, role: str, index: int, text: str) -> dict[str, Any]:
    """What a node says of itself."""
    return {"kind": kind, "role": role, "index": index, "text": text[:LONGEST_TEXT]}


def incidences_of(explanation: Explanation, unit: int) -> list[dict[str, Any]]:
    """The hyperedge of one unit."""
    shares = explanation.shares[:, unit]
    ranked = sorted(
        ((float(share), part) for part, share in enumerate(shares) if share > 0), key=lambda each: (-each[0], each[1])
    )
    kept = [each for place, each in enumerate(ranked[:MOST_PARTS]) if place == 0 or each[0] >= LEAST_SHARE]
    edge = f"e{unit}"
    tails = [
        {
            "edge": edge,
            "node": f"p{part}",
            "direction": "tail",
            "weight": round(share, 4),
            "attrs": {"leave_one_out": round(float(explanation.leave_one_out[part, unit]), 4)},
        }
        for share, part in kept
    ]
    return [*tails, {"edge": edge, "node": f"a{unit}", "direction": "head", "weight": 1.0}]

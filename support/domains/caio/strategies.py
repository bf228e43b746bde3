"""Generates contracts, requests, policies and histories for CAIO, biased to where mistakes hide.

Equal and nearly equal values, several where one is usual, absent where present is usual, the same twice, upper case and
other alphabets, the longest and the empty, and names that only begin alike. Values come from short lists, so that
limits and figures meet often; what is drawn is one entry of a list wherever possible, which takes the least time.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from support.base.documents import put
from support.domains.caio.interface import RouteRequest
from support.domains.caio.model import Contract, Policy

UNREACHED = "http://127.0.0.1:9"
SERVICES = ["chat-a", "chat-b", "chat-c", "chat-a-2", "0.x_y-z", "s" * 128]
"""Names of services; one only begins like another, one is the longest that there may be."""
ABILITIES = ["chat", "summarise", "Chat", "chat-streaming", "übersetzen", "a" * 128]
OFFERS = [["chat"], ["chat", "summarise"], ["summarise", "chat", "übersetzen"], ["Chat"], ["chat-streaming"], ABILITIES]
WANTED = [["chat"], ["chat"], ["chat", "summarise"], ["summarise", "chat", "chat"], ["Chat"], ["chat", "übersetzen"]]
VERSIONS = ["1.0.0", "2.0.0", "1.0.0+b"]
RATIOS = [0.9, 0.5, 0.8999, 0.9001, 0.0, 1.0, 0, 1]
MILLISECONDS = [200, 199.5, 200.0, 201, 1, 1000]
COSTS = [0.01, 0.0101, 0.0, 0.5, 1]
DAYS = [7, 0, 8, 365]
LEVELS = [1, 0, 2, 3, 5]
CLASSES = ["public", "personal", "Personal", "persönlich"]
PLACES = ["eu", "us", "EU"]
WAYS = ["internal", "external", "hybrid"]
COUNTS = [0, 1, 2, 9, 20]
SEEDS = [0, 1, 2, 7, -1, 2**63 - 1, -(2**63)]
CONTEXTS: list[dict[str, Any]] = [{}, {"note": "Grüße, 世界"}, {"intent": {"type": "summarise"}}]

CONTRACT_FIELDS: dict[str, list[Any]] = {
    "guarantees.accuracy": RATIOS,
    "guarantees.determinism": [True, False],
    "guarantees.latency_p95_ms": MILLISECONDS,
    "guarantees.availability": RATIOS,
    "constraints.requires_internet": [True, False],
    "constraints.requires_gpu": [True, False],
    "cost.per_call": COSTS,
    "privacy.data_classes": [["public", "personal"], ["personal"], ["Personal", "persönlich"], []],
    "privacy.residency": [["eu"], ["us", "eu"], ["EU"], []],
    "privacy.retention_days": DAYS,
    "alignment.score": RATIOS,
    "trust.level": LEVELS,
    "trust.requires_user_level": [1, 2, 0, 5],
    "api.locality": WAYS,
    "api.model": ["tiny", "Größe XL"],
    "capabilities[0].accuracy": [{"min": 0.9}, {"min": 0.5, "target": 0.95}, {"min": 0.9001}],
    "capabilities[-1].accuracy": [{"min": 0.5}, {"min": 1.0}],
}
"""Field of a contract → what it may be; each may be absent."""

STATED: list[tuple[str, Any]] = [(name, values[0]) for name, values in list(CONTRACT_FIELDS.items())[:12]]
"""What a contract states that is silent about little."""

DEMANDS: dict[str, list[Any]] = {
    "constraints.requires_internet": [False, True],
    "constraints.requires_gpu": [False, True],
    "constraints.max_cost": COSTS,
    "requirements.guarantees.accuracy": [*RATIOS, {"minimum": 0.9}, {"minimum": 0.5}],
    "requirements.guarantees.determinism": [True, False, {"value": True}],
    "requirements.guarantees.latency_p95_ms": [*MILLISECONDS, {"maximum": 200}],
    "requirements.guarantees.availability": [*RATIOS, {"minimum": 0.9}],
    "requirements.privacy.data_class": CLASSES,
    "requirements.privacy.residency": PLACES,
    "requirements.privacy.retention_days": DAYS,
    "intent.priority": ["low", "normal", "high"],
}
"""Field of a request → what it may be; each may be absent."""

NAMED = [["chat-a"], ["chat-a", "chat-b"], ["chat-b", "chat-b"], SERVICES, ["CHAT-A"], ["unknown"]]
POLICIES: list[Policy] = [
    *[
        {"type": "constraint", "field": f"requires_{what}", "value": v}
        for what in ("internet", "gpu")
        for v in (False, True)
    ],
    *[{"type": "constraint", "field": "locality", "value": way} for way in WAYS],
    *[
        {"type": "guarantee", "field": name, "minimum": least}
        for name in ("accuracy", "availability")
        for least in RATIOS
    ],
    *[{"type": "guarantee", "field": "alignment", "minimum": least} for least in RATIOS[:5]],
    *[{"type": "guarantee", "field": "latency_p95_ms", "maximum": most} for most in MILLISECONDS],
    *[
        {"type": "guarantee", "field": name, "minimum": least, "maximum": most}
        for name, bounds in (
            ("accuracy", [(0.5, 0.9), (0.9, 0.9), (0.9, 1), (0.9001, 1.0), (0, 0.8999)]),
            ("latency_p95_ms", [(200, 1000), (200, 200.0), (199.5, 200), (201, 1000), (1, 199.5)]),
        )
        for least, most in bounds
    ],
    {"type": "guarantee", "field": "determinism", "value": True},
    *[{"type": "cost", "maximum": limit} for limit in COSTS],
    *[{"type": "trust", "minimum": level} for level in LEVELS],
    *[{"type": "privacy", "data_class": each} for each in CLASSES],
    *[{"type": "privacy", "residency": each} for each in PLACES],
    *[{"type": "privacy", "retention_days": each} for each in DAYS],
    {"type": "privacy", "data_class": "public", "residency": "eu", "retention_days": 7},
    *[{"type": kind, "services": names} for kind in ("allow", "deny") for names in NAMED],
]
"""Policies of every kind, at their limits and beside them."""

RECORDS: list[dict[str, int]] = [
    *[{"successes": good, "failures": bad} for good in COUNTS for bad in COUNTS],
    {"failures": 3},
    {"successes": 1},
    {},
]


@dataclass(slots=True)
class Case:
    """One registry, and the requests that are made of it."""

    contracts: list[Contract] = field(default_factory=list)
    requests: list[RouteRequest] = field(default_factory=list)


def _changes(fields: dict[str, list[Any]], most: int) -> SearchStrategy[list[tuple[str, Any]]]:
    return st.lists(
        st.sampled_from([(name, each) for name, values in fields.items() for each in values]), max_size=most
    )


_COIN = st.booleans()
_NAMES = st.lists(st.sampled_from(SERVICES), min_size=1, max_size=5, unique=True)
_OFFERED, _VERSIONS, _KIND = (
    st.sampled_from(OFFERS),
    st.sampled_from(VERSIONS),
    st.sampled_from(["chat"] * 6 + ABILITIES),
)
_MANY, _FEW, _DEMANDED = _changes(CONTRACT_FIELDS, 6), _changes(CONTRACT_FIELDS, 2), _changes(DEMANDS, 3)
_WANTED, _TRUST, _CONTEXT = st.sampled_from(WANTED), st.sampled_from([None, *LEVELS]), st.sampled_from(CONTEXTS)
_POLICIES, _SEED = st.lists(st.sampled_from(POLICIES), max_size=3), st.sampled_from(SEEDS)
_HISTORY = st.dictionaries(st.sampled_from(SERVICES), st.sampled_from(RECORDS), max_size=3)


def contract(name: str, offers: list[str], version: str = "1.0.0", url: str = UNREACHED) -> Contract:
    """The least that a contract says."""
    endpoint = {"path": "/chat", "method": "POST", "idempotent": True}
    return {
        "service_id": name,
        "name": name,
        "version": version,
        "capabilities": [{"type": offer} for offer in offers],
        "api": {"protocol": "http", "base_url": url, "endpoints": [endpoint]},
    }


def any_contract(draw: st.DrawFn, name: str, url: str = UNREACHED) -> Contract:
    """A contract with some of the fields that it may have."""
    document = contract(name, draw(_OFFERED), draw(_VERSIONS), url)
    stated = STATED if draw(_COIN) else []
    return changed(document, [*stated, *draw(_MANY)])


def changed(document: Contract, fields: list[tuple[str, Any]]) -> Contract:
    """A copy with these fields."""
    copied = copy.deepcopy(document)
    for path, value in fields:
        last = len(copied["capabilities"]) - 1
        put(copied, path.replace("[-1]", f"[{last}]"), copy.deepcopy(value))
    if copied["api"].get("locality") == "internal" and copied.get("constraints", {}).get("requires_internet"):
        del copied["api"]["locality"]  # a contract that contradicts itself is refused
    return copied


@st.composite
def contracts(draw: st.DrawFn, names: Sequence[str], urls: Sequence[str] = (UNREACHED,)) -> Contract:
    """A contract of one of these services, which is reached at one of these addresses."""
    return any_contract(draw, draw(st.sampled_from(names)), draw(st.sampled_from(urls)))


@st.composite
def registries(draw: st.DrawFn, url: str = UNREACHED) -> list[Contract]:
    """Contracts of different services; many differ from the one before in a field or two only, or in nothing."""
    found: list[Contract] = []
    for name in draw(_NAMES):
        if len(found) > 0 and draw(_COIN):
            twin: Contract = {**found[-1], "service_id": name, "name": name}
            found.append(changed(twin, draw(_FEW)))
        else:
            found.append(any_contract(draw, name, url))
    return found


@st.composite
def requests(draw: st.DrawFn) -> RouteRequest:
    """A request with a few demands, policies and a history, each of which is often empty."""
    body: dict[str, Any] = {"intent": {"type": draw(_KIND)}}
    if draw(_COIN):
        body["requirements"] = {"capabilities": list(draw(_WANTED))}
    for path, value in draw(_DEMANDED) if draw(_COIN) else []:
        put(body, path, value)
    if (trust := draw(_TRUST)) is not None:
        body["user"] = {"trust_level": trust}
    body["context"] = draw(_CONTEXT)
    policies = draw(_POLICIES) if draw(_COIN) else []
    history = draw(_HISTORY) if draw(_COIN) else {}
    return RouteRequest(body, policies, history, draw(_SEED))


def cases(url: str = UNREACHED, many: int = 30) -> SearchStrategy[Case]:
    """A registry with requests that are made of it one after the other: mostly many, as registering takes longer."""
    few = st.lists(requests(), min_size=1, max_size=many)
    return st.builds(Case, registries(url), st.one_of(few, *[st.lists(requests(), min_size=many, max_size=many)] * 3))

"""PromQL as dashboards, alerts and scalers ask it: parsed by its grammar, for the metrics and labels that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.base.outcomes import NotVerified
from support.checks.basis import enough

VARIABLES = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1h"}
"""Variables of Grafana that stand for a time, and a time in their place: the grammar does not know them."""
BY_PROMETHEUS = frozenset({"up", "ALERTS", "scrape_duration_seconds"})
"""Metrics that Prometheus makes itself for whatever it watches."""
OF_TARGETS = frozenset({"job", "instance", "namespace", "pod", "container", "service", "endpoint", "cluster", "node"})
"""Labels that Prometheus adds to whatever it reads."""
NAME = "__name__"


@dataclass(frozen=True, slots=True)
class Query:
    """One query, and where it stands."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Selector:
    """What a query asks for: a metric and the labels by which it is narrowed down or grouped."""

    metric: str
    labels: frozenset[str]


def unusable(queries: Iterable[Query]) -> list[str]:
    """The queries that are no PromQL, or ask for no metric."""
    wrong = []
    for each in enough(list(queries), "queries"):
        try:
            if not selectors(each):
                wrong.append(f"{each.where} asks for no metric: {each.text}")
        except ValueError as error:
            wrong.append(f"{each.where} is no PromQL: {error}: {each.text}")
    return wrong


def unexposed(queries: Iterable[Query], exposed: set[str]) -> list[str]:
    """The metrics that queries ask for and nobody exposes, each with its query."""
    asked = [(each, found) for each in enough(list(queries), "queries") for found in _readable(each)]
    return [
        f"{each.where} asks for {found.metric}"
        for each, found in enough(asked, "metrics that are asked for")
        if found.metric not in exposed | BY_PROMETHEUS
    ]


def unlabelled(queries: Iterable[Query], labels: Mapping[str, set[str]]) -> list[str]:
    """The labels by which queries narrow down or group metrics that do not carry them (metric → its labels)."""
    asked = [(each, found) for each in queries for found in _readable(each) if found.metric in labels]
    return [
        f"{each.where} asks for {found.metric} by {label}, which it does not have: {sorted(labels[found.metric])}"
        for each, found in enough(asked, "metrics that are asked for and counted already")
        for label in sorted(found.labels - labels[found.metric] - OF_TARGETS)
    ]


def selectors(query: Query) -> list[Selector]:
    """The metrics that a query asks for. Raises ValueError if it is no PromQL."""
    promql = _promql()
    text = query.text
    for variable, time in VARIABLES.items():
        text = text.replace(variable, time)
    return list(_selectors(promql, promql.parse(text), frozenset()))


def _selectors(promql: Any, node: Any, grouped: frozenset[str]) -> Iterator[Selector]:
    if isinstance(node, promql.VectorSelector):
        matchers = node.matchers.matchers
        names = [each.value for each in matchers if each.name == NAME]
        labels = {each.name for each in matchers if each.name != NAME}
        yield Selector(node.name or next(iter(names), ""), frozenset(labels) | grouped)
        return
    modifier = getattr(node, "modifier", None)
    is_aggregate = isinstance(node, promql.AggregateExpr)
    if is_aggregate and modifier is not None and modifier.type == promql.AggModifierType.By:
        grouped = frozenset(modifier.labels)
    parts = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "vector_selector")]
    for part in (*parts, *(getattr(node, "args", None) or ())):
        if part is not None:
            yield from _selectors(promql, part, grouped)


def _readable(query: Query) -> list[Selector]:
    """What a query asks for; nothing where it is no PromQL, which is told elsewhere."""
    try:
        return selectors(query)
    except ValueError:
        return []


def _promql() -> Any:
    try:
        import promql_parser
    except ImportError as error:
        raise NotVerified(f"a parser of PromQL is absent: {error}; install promql-parser") from error
    return promql_parser

"""Puts measurements into the evidence: charts of a load, of what the system used, and the figures as CSV and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from support.evidence.attachments import Evidence
from support.evidence.charts import Axis, Chart, Limit, Line, Panel, Span, picture
from support.faults import Fault
from support.load import store
from support.load.result import MICROSECOND, Endpoint, LoadResult, Second

PERCENTILES = (50.0, 95.0, 99.0)
HEADINGS = ("sent", "succeeded", *(f"p{percent:g} ms" for percent in PERCENTILES))
MOST_POINTS = 160
"""Of a distribution, as it is drawn; more could not be told apart."""
MEGABYTE = 1024**2
LEAST_SECONDS = 3
"""Of a load whose course is drawn; of a shorter one there is nothing to see."""
LEAST_PART = 0.2
"""Of the last second, which a load may not fill: a smaller part is left out, of a larger one the rate is drawn."""


def show(evidence: Evidence, chart: Chart) -> None:
    """Attach a chart under its title."""
    evidence.drawing(chart.title, picture(chart))


def show_load(evidence: Evidence, result: LoadResult, faults: Iterable[Fault] = ()) -> None:
    """Attach a load: its course, what the system used meanwhile, the table, and the whole of it as JSON."""
    name = result.plan.name
    spans = [*_stages(result), *_in_force(faults, result.started)]
    if result.seconds >= LEAST_SECONDS:
        show(evidence, over_time(result, spans))
    if result.seconds >= LEAST_SECONDS and len(result.server) > LEAST_SECONDS:
        show(evidence, resources(result, spans))
    evidence.csv(f"{name}: figures", store.table(result))
    evidence.json(f"{name}: load result", store.document(result))
    if result.partial:
        evidence.text(f"{name}: why the result is partial", result.partial_because)


def show_distribution(evidence: Evidence, name: str, endpoints: Sequence[Endpoint], limit: float | None) -> None:
    """Attach how times are distributed, with the limit (seconds) that they are judged by."""
    drawn = [each for each in endpoints if each.succeeded]
    if drawn:
        show(evidence, distribution(name, drawn, limit))


def distribution(name: str, endpoints: Sequence[Endpoint], limit: float | None) -> Chart:
    """Times by percentile, where each further nine has the same room (as HdrHistogram plots them)."""
    lines = tuple(Line(each.name, tuple(by_percentile(each))) for each in endpoints)
    limits = () if limit is None else (_limit(limit),)
    panel = Panel(Axis("latency", "ms", "log"), lines, limits)
    return Chart(f"{name}: latency distribution", Axis("percentile of the successes", "%", "percentile"), (panel,))


def by_percentile(times: Endpoint) -> list[tuple[float, float]]:
    """Percentile and milliseconds, from the shortest to the longest."""
    points: list[tuple[float, float]] = []
    total, seen = times.times.count, 0
    for microseconds, count in times.times.buckets():
        seen += count
        points.append((min(seen, total - 0.5) / total * 100, microseconds * MICROSECOND * 1000))
    every = max(1, math.ceil(len(points) / MOST_POINTS))
    # The tail is what matters, and there each point stands for few requests: it is kept whole.
    return [point for number, point in enumerate(points) if number % every == 0 or point[0] >= 99 or number == 0]


def over_time(result: LoadResult, spans: Sequence[Span]) -> Chart:
    """Requests per second, and the times that they took."""
    counts = ("sent", "done", "failed")
    lines = tuple(Line(name, tuple(_rates(result, name))) for name in counts)
    times = tuple(Line(name, _times(result.timeline, name)) for name in ("p50", "p95", "p99"))
    panels = (Panel(Axis("requests per second"), lines), Panel(Axis("latency", "ms"), times))
    return Chart(f"{result.plan.name}: throughput and latency over time", Axis("time", "s"), panels, tuple(spans))


def resources(result: LoadResult, spans: Sequence[Span]) -> Chart:
    """What the system used: processors and memory."""
    seen = [usage for usage in result.server if usage.at >= 0]
    busy = tuple(
        (later.at, (later.cpu - sooner.cpu) / (later.at - sooner.at) * 100)
        for sooner, later in pairwise(seen)
        if later.at > sooner.at
    )
    memory = tuple((usage.at, usage.memory / MEGABYTE) for usage in seen)
    panels = (
        Panel(Axis("processor time", "% of one"), (Line("processor", busy),)),
        Panel(Axis("memory", "MB"), (Line("memory", memory),)),
    )
    return Chart(f"{result.plan.name}: resources over time", Axis("time", "s"), panels, tuple(spans))


def curve(name: str, kept: Sequence[tuple[float, float]], missed: Sequence[tuple[float, float]], limit: float) -> Chart:
    """Times (seconds) by rate: at which rates the objectives were kept, and at which they were not."""
    lines = (
        Line("objectives kept", _in_milliseconds(kept), "filled"),
        Line("not kept, or not to be seen", _in_milliseconds(missed), "hollow", joined=False),
    )
    panel = Panel(Axis("p95", "ms", "log"), lines, (_limit(limit),))
    return Chart(name, Axis("requests per second"), (panel,))


def growth(name: str, lines: Mapping[str, Sequence[tuple[float, float]]], fitted: str, limit: float) -> Chart:
    """Times (seconds) by size, on logarithmic axes, where a power of the size is a straight line; ``fitted`` is one."""
    drawn = tuple(
        Line(each, _in_milliseconds(points), "" if each == fitted else "filled") for each, points in lines.items()
    )
    panel = Panel(Axis("decision", "ms", "log"), drawn, (_limit(limit),))
    return Chart(name, Axis("services registered", kind="log"), (panel,))


def rounds(name: str, memory: Sequence[float], warm_up: int) -> Chart:
    """Memory (bytes) after each round of load."""
    points = tuple((float(number), each / MEGABYTE) for number, each in enumerate(memory, 1))
    spans = (Span(1.0, warm_up + 0.5, "warm-up", "warm-up"),)
    return Chart(name, Axis("round"), (Panel(Axis("memory", "MB"), (Line("memory", points, "filled"),)),), spans)


def figures(times: Endpoint) -> list[str]:
    """What HEADINGS name; empty where it is not known."""
    found = (times.percentile(percent) for percent in PERCENTILES)
    return [str(times.count), str(times.succeeded), *("" if each is None else f"{each * 1000:.4g}" for each in found)]


def _rates(result: LoadResult, name: str) -> Iterator[tuple[float, float]]:
    for second in result.timeline:
        part = min(1.0, result.seconds - second.at)
        if part >= LEAST_PART:
            yield second.at, getattr(second, name) / part


def _limit(seconds: float) -> Limit:
    return Limit(seconds * 1000, f"limit {seconds * 1000:g} ms")


def _in_milliseconds(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple((at, seconds * 1000) for at, seconds in points)


def _times(timeline: Sequence[Second], name: str) -> tuple[tuple[float, float], ...]:
    found = ((second.at, getattr(second, name)) for second in timeline)
    return tuple((at, value * 1000) for at, value in found if value is not None)


def _stages(result: LoadResult) -> list[Span]:
    return [Span(stage.begin, stage.end, _said(stage.users, stage.rate)) for stage in result.stages]


def _said(users: int | None, rate: float | None) -> str:
    return f"{rate:g} a second" if rate is not None else f"{users or 0:,} users"


def _in_force(faults: Iterable[Fault], started: float) -> list[Span]:
    """The faults that were in force during the load, by their journals; one that was never healed has no end."""
    spans = []
    for fault in faults:
        begun = [entry.at for entry in fault.journal if entry.kind == "injected"]
        ended = [entry.at for entry in fault.journal if entry.kind == "healed"]
        for number, begin in enumerate(begun):
            end = ended[number] if number < len(ended) else begin
            spans.append(Span(begin - started, end - started, fault.what, "fault"))
    return spans

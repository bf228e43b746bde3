"""Draws measurements: lines in panels over one axis, with their limits and what befell the system meanwhile.

The picture is an SVG with a background and colours of its own, which follow the reader's light or dark setting. Lines
differ in their dashes and not in colour alone; the figures are attached as a table too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from support.evidence import scales, svg
from support.evidence.scales import Kind, Scale

Dots = Literal["", "filled", "hollow"]
SpanKind = Literal["stage", "warm-up", "fault"]


@dataclass(frozen=True, slots=True)
class Axis:
    """What is laid out along an axis, in which unit, and how."""

    says: str
    unit: str = ""
    kind: Kind = "linear"

    @property
    def title(self) -> str:
        """The name with the unit, as it stands beside the axis."""
        return f"{self.says}, {self.unit}" if self.unit else self.says


@dataclass(frozen=True, slots=True)
class Line:
    """A series of points from left to right; ``dots`` marks each of them, ``joined`` draws the line between them."""

    name: str
    points: tuple[tuple[float, float], ...]
    dots: Dots = ""
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that must not be passed."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the axis that runs from left to right, such as a stage of a load or a fault that was in force."""

    begin: float
    end: float
    says: str
    kind: SpanKind = "stage"


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over one vertical axis."""

    y: Axis
    lines: tuple[Line, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels one below the other over one horizontal axis."""

    title: str
    x: Axis
    panels: tuple[Panel, ...]
    spans: tuple[Span, ...] = ()


WIDTH, LEFT, RIGHT = 760.0, 70.0, 24.0
TITLE, NAMES, HEAD, PANEL, GAP, FOOT = 34.0, 18.0, 24.0, 150.0, 14.0, 44.0
TONES = 4
"""How many lines of a panel can be told apart."""
SAMPLE = 22.0
"""Length of the piece of a line that the legend shows."""
STYLE = f"""
svg {{ color-scheme: light dark; {svg.FONT} }}
.paper {{ fill: #ffffff; stroke: #d5d2cb; }} text {{ fill: #1d1f23; }} .quiet {{ fill: #5a5f69; }}
.title {{ font-weight: 600; }} .grid {{ stroke: #e2dfd9; }} .axis {{ stroke: #8a8f98; }}
.line {{ fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }}
.limit {{ stroke: #a8201a; stroke-width: 1.5; stroke-dasharray: 7 4; }} .told {{ fill: #a8201a; }}
.stage {{ fill: #eef1f5; }} .warm-up {{ fill: #f3ecdb; }} .fault {{ fill: #f6d3cf; }} .hollow {{ fill: #ffffff; }}
.t0 {{ stroke: #1f4f8f; }} .t1 {{ stroke: #9a5b00; }} .t2 {{ stroke: #17683a; }} .t3 {{ stroke: #5b3a9e; }}
.f0 {{ fill: #1f4f8f; }} .f1 {{ fill: #9a5b00; }} .f2 {{ fill: #17683a; }} .f3 {{ fill: #5b3a9e; }}
.t1 {{ stroke-dasharray: 7 4; }} .t2 {{ stroke-dasharray: 2 4; }} .t3 {{ stroke-dasharray: 9 4 2 4; }}
.dot {{ stroke-dasharray: none; stroke-width: 2; }}
@media (prefers-color-scheme: dark) {{
  .paper {{ fill: #1d2024; stroke: #3b4047; }} text {{ fill: #e8e6e1; }} .quiet {{ fill: #a3a8b1; }}
  .grid {{ stroke: #33373d; }} .axis {{ stroke: #7d838c; }}
  .limit {{ stroke: #ff9d94; }} .told {{ fill: #ff9d94; }}
  .stage {{ fill: #262b31; }} .warm-up {{ fill: #373022; }} .fault {{ fill: #5a2522; }} .hollow {{ fill: #1d2024; }}
  .t0 {{ stroke: #8fbcf5; }} .t1 {{ stroke: #f0b565; }} .t2 {{ stroke: #7ed39d; }} .t3 {{ stroke: #c3adf7; }}
  .f0 {{ fill: #8fbcf5; }} .f1 {{ fill: #f0b565; }} .f2 {{ fill: #7ed39d; }} .f3 {{ fill: #c3adf7; }}
}}
"""


def picture(chart: Chart) -> str:
    """The chart as an SVG document."""
    rows = _rows(chart.spans)
    top = TITLE + NAMES * len(rows)
    height = top + (HEAD + PANEL) * len(chart.panels) + GAP * (len(chart.panels) - 1) + FOOT
    drawn = svg.sheet(chart.title, WIDTH, height, STYLE)
    svg.write(drawn, 16, 22, chart.title, "title")
    x = scales.fitting(chart.x.kind, [*_along(chart), *(end for span in chart.spans for end in (span.begin, span.end))])
    tops = [top + HEAD + (HEAD + PANEL + GAP) * number for number in range(len(chart.panels))]
    for number, row in enumerate(rows):
        _draw_spans(drawn, row, x, tops, TITLE + NAMES * (number + 0.7))
    for panel, begin in zip(chart.panels, tops, strict=True):
        _draw_panel(drawn, panel, x, begin)
    _draw_foot(drawn, chart.x, x, tops[-1] + PANEL)
    return svg.text_of(drawn)


def _along(chart: Chart) -> list[float]:
    return [point[0] for panel in chart.panels for line in panel.lines for point in line.points]


def _x(scale: Scale, value: float) -> float:
    return LEFT + scale.place(value) * (WIDTH - LEFT - RIGHT)


def _rows(spans: Sequence[Span]) -> list[list[Span]]:
    """Stages and faults in rows of their own, as they may be in force at the same time."""
    rows = ([span for span in spans if (span.kind == "fault") == faults] for faults in (False, True))
    return [sorted(row, key=lambda span: span.begin) for row in rows if row]


def _draw_spans(drawn: Element, row: Sequence[Span], x: Scale, tops: Sequence[float], names: float) -> None:
    """A band for each stretch, and its name above, as much of it as there is room up to the next."""
    begins = [_x(x, span.begin) for span in row]
    for span, begin, room in zip(row, begins, [*begins[1:], WIDTH - RIGHT], strict=True):
        for top in tops:
            svg.box(drawn, (begin, top), (max(_x(x, span.end) - begin - 1, 1.0), PANEL), span.kind, span.says)
        fits = int((room - begin) / svg.LETTER)
        name = span.says if len(span.says) <= fits else f"{span.says[: fits - 1]}…" if fits > 2 else ""
        svg.write(drawn, begin + 2, names, name, "quiet")


def _draw_panel(drawn: Element, panel: Panel, x: Scale, top: float) -> None:
    values = [point[1] for line in panel.lines for point in line.points]
    y = scales.fitting(panel.y.kind, [*values, *(limit.at for limit in panel.limits)])
    svg.write(drawn, 16, top - 9, panel.y.title)
    for tick in y.ticks:
        height = _y(y, tick, top)
        svg.line(drawn, (LEFT, height), (WIDTH - RIGHT, height), "grid")
        svg.write(drawn, LEFT - 8, height + 4, y.written(tick), "quiet", "end")
    for tick in x.ticks:
        svg.line(drawn, (_x(x, tick), top), (_x(x, tick), top + PANEL), "grid")
    svg.line(drawn, (LEFT, top + PANEL), (WIDTH - RIGHT, top + PANEL), "axis")
    for limit in panel.limits:
        _draw_limit(drawn, limit, y, top)
    for tone, line in enumerate(panel.lines):
        _draw_line(drawn, line, tone % TONES, [(_x(x, at), _y(y, value, top)) for at, value in line.points])
    _draw_legend(drawn, panel.lines, top - 9)


def _y(scale: Scale, value: float, top: float) -> float:
    return top + (1 - scale.place(value)) * PANEL


def _draw_limit(drawn: Element, limit: Limit, y: Scale, top: float) -> None:
    height = _y(y, limit.at, top)
    svg.line(drawn, (LEFT, height), (WIDTH - RIGHT, height), "limit")
    below = height - top < 16
    svg.write(drawn, WIDTH - RIGHT - 4, height + (14 if below else -5), limit.says, "told", "end")


def _draw_line(drawn: Element, line: Line, tone: int, points: Sequence[tuple[float, float]]) -> None:
    if line.joined and len(points) > 1:
        way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        SubElement(drawn, "path", {"d": way, "class": f"line t{tone}"})
    if line.dots or len(points) == 1:
        for point in points:
            _draw_dot(drawn, line.dots, tone, point)


def _draw_dot(drawn: Element, dots: Dots, tone: int, point: tuple[float, float]) -> None:
    inside = "hollow" if dots == "hollow" else f"f{tone}"
    place = {"cx": f"{point[0]:.1f}", "cy": f"{point[1]:.1f}", "r": "3.5", "class": f"dot t{tone} {inside}"}
    SubElement(drawn, "circle", place)


def _draw_legend(drawn: Element, lines: Sequence[Line], y: float) -> None:
    """The names of the lines, at the right above their panel; a single one needs none."""
    if len(lines) < 2:
        return
    for line, tone, x in _placed(lines):
        _draw_line(drawn, replace(line, dots=""), tone, [(x, y - 4), (x + SAMPLE, y - 4)])
        if line.dots:
            _draw_dot(drawn, line.dots, tone, (x + SAMPLE / 2, y - 4))
        svg.write(drawn, x + SAMPLE + 6, y, line.name, "quiet")


def _placed(lines: Sequence[Line]) -> Iterator[tuple[Line, int, float]]:
    x = WIDTH - RIGHT - sum(SAMPLE + 20 + svg.LETTER * len(line.name) for line in lines)
    for tone, line in enumerate(lines):
        yield line, tone % TONES, x
        x += SAMPLE + 20 + svg.LETTER * len(line.name)


def _draw_foot(drawn: Element, axis: Axis, x: Scale, bottom: float) -> None:
    for tick in x.ticks:
        anchor = "start" if x.place(tick) == 0 else "end" if x.place(tick) > 0.98 else "middle"
        svg.write(drawn, _x(x, tick), bottom + 17, x.written(tick), "quiet", anchor)
    svg.write(drawn, WIDTH - RIGHT, bottom + 34, axis.title, "", "end")

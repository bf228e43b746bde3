"""Draws what befell a system in one scenario: each fault on a line of its own, over one axis of seconds.

The picture is an SVG with a background and colours of its own, which follow the reader's light or dark setting, so it
can be read wherever it is embedded. Marks differ in shape and not in colour alone; the journal says all in words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from support.evidence import svg

Kind = Literal["steady", "injected", "observed", "healed", "trouble"]
"""What a mark says; "trouble" is a fault that could not be injected or healed, or a system that did not recover."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened; ``at`` is seconds since the epoch."""

    at: float
    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One fault and what happened to it, in order of time."""

    name: str
    marks: tuple[Mark, ...]


WIDTH, LEFT, RIGHT = 760.0, 16.0, 24.0
HEAD, LANE, AXIS, LEGEND = 12.0, 54.0, 34.0, 26.0
TICKS = 8
"""How many intervals the axis has at most."""
LONGEST_NAME = 84
"""Characters of a name that fit on its line."""

STYLE = """
svg { color-scheme: light dark; font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
.paper { fill: #ffffff; stroke: #d5d2cb; } text { fill: #1d1f23; } .quiet { fill: #5a5f69; }
.grid { stroke: #e2dfd9; } .line { stroke: #8a8f98; }
.band { fill: #f6d3cf; } .open { stroke: #a8201a; stroke-dasharray: 3 3; }
.steady, .healed { stroke: #17683a; } .healed { fill: #17683a; } .injected { fill: #a8201a; stroke: #a8201a; }
.observed { fill: #1f4f8f; stroke: #1f4f8f; } .trouble { stroke: #5b3a9e; } .steady, .trouble { fill: #ffffff; }
path { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #1d2024; stroke: #3b4047; } text { fill: #e8e6e1; } .quiet { fill: #a3a8b1; }
  .grid { stroke: #33373d; } .line { stroke: #7d838c; }
  .band { fill: #5a2522; } .open { stroke: #ff9d94; }
  .steady, .healed { stroke: #7ed39d; } .healed { fill: #7ed39d; } .injected { fill: #ff9d94; stroke: #ff9d94; }
  .observed { fill: #8fbcf5; stroke: #8fbcf5; } .trouble { stroke: #c3adf7; } .steady, .trouble { fill: #1d2024; }
}
"""
SHAPES: dict[Kind, str] = {
    "steady": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "injected": "M-5-9.5h10l-5 8z",
    "observed": "M0-5l5 5l-5 5l-5-5z",
    "healed": "M-4-9.5h8v8h-8z",
    "trouble": "M-4-4l8 8M4-4l-8 8",
}
"""How each kind of mark is drawn, around the point where it happened; what changes the state stands above the line, so
that it does not hide what was seen at the same moment."""
ABOVE = ("injected", "healed")
MEANINGS: dict[Kind, str] = {
    "steady": "steady state seen",
    "injected": "injected",
    "observed": "observed",
    "healed": "healed",
    "trouble": "went wrong",
}


def journal(lanes: Sequence[Lane]) -> str:
    """The same in words, with seconds since the first of all marks."""
    start = _start(lanes)
    return "\n\n".join(
        "\n".join([lane.name, *(f"{mark.at - start:8.3f} s  {mark.what}" for mark in lane.marks)]) for lane in lanes
    )


def picture(lanes: Sequence[Lane]) -> str:
    """The picture as an SVG document."""
    start, height = _start(lanes), HEAD + LANE * len(lanes) + AXIS + LEGEND
    scale = _Scale(max((mark.at - start for lane in lanes for mark in lane.marks), default=0.0))
    drawn = svg.sheet(f"Timeline of the faults: {', '.join(lane.name for lane in lanes)}", WIDTH, height, STYLE)
    _draw_axis(drawn, scale, HEAD + LANE * len(lanes))
    for place, lane in enumerate(lanes):
        _draw_lane(drawn, lane, start, scale, HEAD + LANE * place)
    _draw_legend(drawn, {mark.kind for lane in lanes for mark in lane.marks}, height - LEGEND / 2)
    return svg.text_of(drawn)


class _Scale:
    """Seconds to the right, in round steps."""

    def __init__(self, seconds: float) -> None:
        rough = max(seconds, 0.001) / TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        self.step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.9999)
        self.ticks = [count * self.step for count in range(math.ceil(seconds / self.step - 1e-9) + 1)] or [0.0]
        self._most = max(self.ticks[-1], self.step)

    def x(self, seconds: float) -> float:
        return LEFT + seconds / self._most * (WIDTH - LEFT - RIGHT)


def _draw_axis(drawn: Element, scale: _Scale, bottom: float) -> None:
    for tick in scale.ticks:
        x = f"{scale.x(tick):.1f}"
        SubElement(drawn, "line", {"x1": x, "x2": x, "y1": f"{HEAD:g}", "y2": f"{bottom + 4:g}", "class": "grid"})
        svg.write(drawn, scale.x(tick), bottom + 18, f"{tick:.10g} s", "quiet", "start" if tick == 0 else "middle")


def _draw_lane(drawn: Element, lane: Lane, start: float, scale: _Scale, top: float) -> None:
    y, spells = top + 37, list(_in_force(lane))
    name = svg.write(drawn, LEFT, top + 14, _shortened(lane.name), "", "start")
    lasted = ", ".join("never healed" if end is None else f"{end - begin:.2f} s" for begin, end in spells)
    SubElement(name, "tspan", {"class": "quiet", "dx": "10"}).text = lasted
    for begin, end in spells:
        _draw_band(drawn, scale.x(begin - start), None if end is None else scale.x(end - start), y)
    ends = {"x1": f"{LEFT:g}", "x2": f"{WIDTH - RIGHT:g}", "y1": f"{y:g}", "y2": f"{y:g}"}
    SubElement(drawn, "line", ends, **{"class": "line"})
    for mark in lane.marks:
        _draw_mark(drawn, mark.kind, scale.x(mark.at - start), y, mark.what)


def _draw_band(drawn: Element, left: float, right: float | None, y: float) -> None:
    width = max((WIDTH - RIGHT if right is None else right) - left, 1)
    size = {"x": f"{left:.1f}", "y": f"{y - 8:g}", "width": f"{width:.1f}", "height": "16"}
    SubElement(drawn, "rect", size, **{"class": "band open" if right is None else "band"})


def _draw_mark(drawn: Element, kind: Kind, x: float, y: float, says: str) -> None:
    place = {"d": SHAPES[kind], "transform": f"translate({x:.1f} {y:g})", "class": kind}
    SubElement(SubElement(drawn, "path", place), "title").text = svg.plain(says)


def _draw_legend(drawn: Element, kinds: set[Kind], y: float) -> None:
    x = LEFT + 6
    for kind in (kind for kind in SHAPES if kind in kinds):
        _draw_mark(drawn, kind, x, y - (4 if kind not in ABOVE else -1), MEANINGS[kind])
        svg.write(drawn, x + 10, y, MEANINGS[kind], "quiet", "start")
        x += 34 + 6.2 * len(MEANINGS[kind])


def _in_force(lane: Lane) -> Iterator[tuple[float, float | None]]:
    """From when until when the fault was in force; None where it was never healed."""
    begin: float | None = None
    for mark in lane.marks:
        if mark.kind == "injected":
            begin = mark.at
        elif mark.kind == "healed" and begin is not None:
            yield begin, mark.at
            begin = None
    if begin is not None:
        yield begin, None


def _start(lanes: Sequence[Lane]) -> float:
    return min((mark.at for lane in lanes for mark in lane.marks), default=0.0)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"

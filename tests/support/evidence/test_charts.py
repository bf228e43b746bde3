"""A chart shows every point where it is, on axes with round figures, and is read in the light and in the dark."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evidence import scales
from support.evidence.charts import Axis, Chart, Limit, Line, Panel, Span, picture
from support.evidence.scales import Kind, fitting

SVG = "{http://www.w3.org/2000/svg}"
KINDS: tuple[Kind, ...] = ("linear", "log", "percentile")
OVER_TIME = Chart(
    "a load & its <faults>",
    Axis("time", "s"),
    (
        Panel(Axis("requests per second"), (Line("sent", ((0.0, 50.0), (1.0, 60.0))), Line("done", ((0.0, 40.0),)))),
        Panel(Axis("latency", "ms"), (Line("p95", ((0.0, 4.0), (10.0, 8.0)), "filled"),), (Limit(50, "limit 50 ms"),)),
    ),
    (Span(0, 4, "50 users"), Span(4, 10, "100 users"), Span(3, 5, "best-chat killed", "fault")),
)


def drawn(chart: Chart) -> Element:
    return ElementTree.fromstring(picture(chart))


def texts(svg: Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def of_class(svg: Element, name: str) -> list[Element]:
    return [element for element in svg.iter() if name in (element.get("class") or "").split()]


def test_everything_has_its_name_and_its_unit() -> None:
    said = texts(drawn(OVER_TIME))
    assert said[0] == "a load & its <faults>"
    assert {"requests per second", "latency, ms", "time, s", "sent", "done", "limit 50 ms"} <= set(said)
    assert "p95" not in said  # a single line is named by its axis


def test_stages_and_faults_are_marked_in_every_panel() -> None:
    svg = drawn(OVER_TIME)
    assert len(of_class(svg, "stage")) == 4
    assert len(of_class(svg, "fault")) == 2
    assert {"50 users", "100 users", "best-chat killed"} <= set(texts(svg))


def test_a_point_stands_at_the_tick_of_its_value() -> None:
    svg = drawn(OVER_TIME)
    last = of_class(svg, "dot")[-1]
    ten = [text for text in svg.iter(f"{SVG}text") if text.text == "10"][-1]
    assert float(last.get("cx", "")) == pytest.approx(float(ten.get("x", "")))
    limit = of_class(svg, "limit")[0]
    assert float(limit.get("y1", "")) < float(last.get("cy", ""))


def test_lines_differ_in_more_than_their_colour() -> None:
    style = next(drawn(OVER_TIME).iter(f"{SVG}style")).text or ""
    dashes = {line.split("{")[0].strip() for line in style.replace("}", "}\n").splitlines() if "dasharray" in line}
    assert {".t1", ".t2", ".t3"} <= dashes
    assert "prefers-color-scheme: dark" in style


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = picture(OVER_TIME)
    assert not any(word in text for word in ("href", "script", "url(", "@import"))


@given(st.sampled_from(KINDS), st.lists(st.floats(0, 1e9), max_size=20))
def test_every_value_has_its_place_in_order(kind: Kind, values: list[float]) -> None:
    found = [value % 100 for value in values] if kind == "percentile" else values
    scale = fitting(kind, found)
    places = [scale.place(value) for value in sorted(found)]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    assert 2 <= len(scale.ticks) <= 30
    assert [scale.place(tick) for tick in scale.ticks] == sorted(scale.place(tick) for tick in scale.ticks)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=30), st.text(), st.sampled_from(KINDS[:2]))
def test_whatever_was_measured_is_a_picture_within_its_frame(
    points: list[tuple[float, float]], name: str, kind: Kind
) -> None:
    svg = drawn(
        Chart(name, Axis("size", kind=kind), (Panel(Axis(name, kind=kind), (Line(name, tuple(points), "filled"),)),))
    )
    width, height = float(svg.get("width", "")), float(svg.get("height", ""))
    for dot in of_class(svg, "dot"):
        assert 0 <= float(dot.get("cx", "")) <= width
        assert 0 <= float(dot.get("cy", "")) <= height


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (0.002, "0.002"), (1500.0, "1,500"), (10_000.0, "10,000"), (2.5e6, "2.5 M")]
)
def test_figures_are_short(value: float, written: str) -> None:
    assert scales.figure(value) == written


def test_each_further_nine_has_the_same_room() -> None:
    scale = fitting("percentile", [0.0, 50.0, 99.99])
    nine, two, three = (scale.place(each) for each in (90.0, 99.0, 99.9))
    assert two - nine == pytest.approx(three - two)

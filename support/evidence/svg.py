"""What every drawing begins with: a sheet to be read in the light and in the dark, with text, lines and boxes on it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FONT = 'font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;'
LETTER = 6.3
"""Width of a letter, on average; text is placed by it, as nobody measures it before it is read."""


def sheet(title: str, width: float, height: float, style: str) -> Element:
    """An empty drawing with a background; ``title`` is what it shows, for those who cannot see it."""
    drawn = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:g} {height:g}", width=f"{width:g}")
    drawn.set("height", f"{height:g}")
    drawn.set("role", "img")
    SubElement(drawn, "title").text = plain(title)
    SubElement(drawn, "style").text = style
    paper = {"width": f"{width - 1:g}", "height": f"{height - 1:g}", "x": "0.5", "y": "0.5", "rx": "6"}
    SubElement(drawn, "rect", paper, **{"class": "paper"})
    return drawn


def write(drawn: Element, x: float, y: float, text: str, tone: str = "", anchor: str = "start") -> Element:
    """Text at a place; ``anchor`` says whether it starts, ends, or has its middle there."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, **({"class": tone} if tone else {})}
    written = SubElement(drawn, "text", place)
    written.text = plain(text)
    return written


def line(drawn: Element, begin: tuple[float, float], end: tuple[float, float], tone: str) -> Element:
    """A straight line."""
    (x1, y1), (x2, y2) = begin, end
    return SubElement(
        drawn, "line", {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}", "class": tone}
    )


def box(drawn: Element, corner: tuple[float, float], size: tuple[float, float], tone: str, says: str = "") -> None:
    """A rectangle; ``says`` is shown to whoever points at it."""
    place = {"x": f"{corner[0]:.1f}", "y": f"{corner[1]:.1f}", "width": f"{size[0]:.1f}", "height": f"{size[1]:.1f}"}
    found = SubElement(drawn, "rect", {**place, "class": tone})
    if says:
        SubElement(found, "title").text = plain(says)


def text_of(drawn: Element) -> str:
    """The drawing as a document."""
    indent(drawn)
    return tostring(drawn, encoding="unicode") + "\n"


def plain(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return NOT_XML.sub("", text)

"""The timeline shows each fault with all that happened to it, at the right place, and says the same in words."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evidence import attachments
from support.evidence.attachments import Evidence, Media
from support.evidence.timeline import SHAPES, Lane, Mark, journal, picture
from support.faults import Damaged
from support.world import timelines

SVG = "{http://www.w3.org/2000/svg}"
AT = 1_795_190_400.0
KILLED = Lane(
    "best-chat killed",
    (
        Mark(AT, "steady", "steady state seen before the fault"),
        Mark(AT + 0.5, "injected", "injected: best-chat killed"),
        Mark(AT + 1.0, "observed", "CAIO reports best-chat as unhealthy"),
        Mark(AT + 2.5, "healed", "healed: best-chat killed"),
        Mark(AT + 3.0, "steady", "steady state seen after the healing"),
    ),
)
SLOW = Lane("the network <slow> & lossy", (Mark(AT + 2.0, "injected", "injected"), Mark(AT + 4.0, "trouble", "stuck")))


def drawn(*lanes: Lane) -> Element:
    return ElementTree.fromstring(picture(lanes))


def texts(svg: Element) -> list[str]:
    return [" ".join(part.strip() for part in text.itertext() if part.strip()) for text in svg.iter(f"{SVG}text")]


def marks(svg: Element) -> list[tuple[str, float]]:
    """The kind and horizontal place of every mark, without those of the legend."""
    found = [path for path in svg.iter(f"{SVG}path")]
    placed = [(path.get("class") or "", path.get("transform", "").split()) for path in found]
    kinds = {kind for kind, _ in placed}
    return [(kind, float(place[0].removeprefix("translate("))) for kind, place in placed[: len(placed) - len(kinds)]]


def test_all_faults_are_on_one_picture_with_all_their_marks() -> None:
    svg = drawn(KILLED, SLOW)
    kinds = [kind for kind, _ in marks(svg)]
    assert kinds == ["steady", "injected", "observed", "healed", "steady", "injected", "trouble"]
    assert "best-chat killed 2.00 s" in texts(svg)
    assert "the network <slow> & lossy never healed" in texts(svg)


def test_marks_and_ticks_stand_where_their_seconds_are() -> None:
    svg = drawn(KILLED, SLOW)
    ticks = {float(text.removesuffix(" s")): place for place, text in _ticks(svg)}
    assert sorted(ticks) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
    per_second = (ticks[4.0] - ticks[0.0]) / 4
    seconds = [round((x - ticks[0.0]) / per_second, 2) for _, x in marks(svg)]
    assert seconds == [0.0, 0.5, 1.0, 2.5, 3.0, 2.0, 4.0]


def test_a_band_shows_for_how_long_a_fault_was_in_force() -> None:
    svg = drawn(KILLED, SLOW)
    bands = [rect for rect in svg.iter(f"{SVG}rect") if "band" in (rect.get("class") or "")]
    assert [band.get("class") for band in bands] == ["band", "band open"]
    injected, healed = (dict(marks(svg)[:4])[kind] for kind in ("injected", "healed"))
    assert float(bands[0].get("x", "")) == pytest.approx(injected, abs=0.1)
    assert float(bands[0].get("width", "")) == pytest.approx(healed - injected, abs=0.2)


def test_the_legend_explains_the_marks_that_are_there() -> None:
    assert texts(drawn(KILLED))[-4:] == ["steady state seen", "injected", "observed", "healed"]
    assert texts(drawn(SLOW))[-2:] == ["injected", "went wrong"]


def test_the_journal_says_the_same_in_words() -> None:
    said = journal([KILLED, SLOW]).splitlines()
    assert said[:3] == [
        "best-chat killed",
        "   0.000 s  steady state seen before the fault",
        "   0.500 s  injected: best-chat killed",
    ]
    assert said[-1] == "   4.000 s  stuck"


@given(
    st.lists(
        st.builds(
            Lane,
            st.text(),
            st.lists(st.builds(Mark, st.floats(0, 1e6), st.sampled_from(sorted(SHAPES)), st.text()), min_size=1).map(
                lambda each: tuple(sorted(each, key=lambda mark: mark.at))
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_befell_is_a_picture_within_its_frame(lanes: list[Lane]) -> None:
    svg = drawn(*lanes)
    width = float(svg.get("width", ""))
    assert all(0 <= x <= width for _, x in marks(svg))
    assert len(_ticks(svg)) <= 10


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = picture([KILLED])
    assert not any(word in text for word in ("href", "script", "url(", "@import"))
    assert text.count("http") == 1  # the name of the format


def test_what_befell_a_file_comes_from_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "policies.yaml"
    path.write_text("[]")
    fault, untouched = Damaged(path), Damaged(path)
    with fault:
        for _ in range(3):
            timelines.note([fault, untouched], "CAIO is not ready")
    timelines.note([fault], "said too late")
    (lane,) = timelines.lanes([untouched, fault])
    assert lane.name == "policies.yaml damaged"
    assert [mark.kind for mark in lane.marks] == ["injected", "observed", "healed"]
    assert lane.marks[1].what == "observed: CAIO is not ready"


def test_picture_and_journal_are_attached_side_by_side_and_nothing_without_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[tuple[str, Media]] = []

    class Keeper:
        def attach(self, name: str, body: str | bytes, media: Media) -> None:
            kept.append((name, media))

        def parameter(self, name: str, value: str) -> None:
            raise AssertionError

    monkeypatch.setattr(attachments, "_recorder", Keeper())
    Evidence().timeline("the faults", [])
    assert kept == []
    Evidence().timeline("the faults", [KILLED])
    assert kept == [("timeline of the faults", Media.SVG), ("journal of the faults", Media.TEXT)]


def _ticks(svg: Element) -> list[tuple[float, str]]:
    found = [
        text for text in svg.iter(f"{SVG}text") if text.get("class") == "quiet" and (text.text or "")[:1].isdigit()
    ]
    return [(float(text.get("x", "")), text.text or "") for text in found]

"""What steps leave as proof: texts, data and figures, attached to the scenario that is running."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import Enum
from typing import Any, Protocol

from support.base.text import decoded, writable_json
from support.evidence.timeline import Lane, journal, picture

LONGEST = 100_000
"""Characters of the longest text attachment; of a longer one the beginning and the end are kept."""

OBSERVATION = "observation"
"""Name of the attachments that hold one measured figure beside its limit; the acceptance page shows them."""


class Media(Enum):
    """What an attachment is: its media type and the ending of its file."""

    TEXT = ("text/plain", "txt")
    CSV = ("text/csv", "csv")
    JSON = ("application/json", "json")
    SVG = ("image/svg+xml", "svg")
    PNG = ("image/png", "png")


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure that a verdict rests on. ``observed`` None means that it could not be measured."""

    what: str
    observed: float | str | None
    limit: float | str | None = None
    unit: str = ""
    samples: int | None = None


class Recorder(Protocol):
    """Who keeps attachments: the Allure formatter, when a run has one."""

    def attach(self, name: str, body: str | bytes, media: Media) -> None: ...

    def parameter(self, name: str, value: str) -> None: ...


class Nowhere:
    """The recorder of a run without the Allure formatter, such as ``behave --format plain``."""

    def attach(self, name: str, body: str | bytes, media: Media) -> None:
        """Keep nothing."""

    def parameter(self, name: str, value: str) -> None:
        """Keep nothing."""


_recorder: Recorder = Nowhere()


def record_with(recorder: Recorder) -> None:
    """From now on this recorder keeps what is attached."""
    global _recorder  # noqa: PLW0603 -- one process writes one set of results
    _recorder = recorder


class Evidence:
    """Attaches proof to the running step; outside a scenario, to the run as a whole. Safe to use from threads."""

    def text(self, name: str, body: str) -> None:
        """Attach a text: an exchange, a log, a contract."""
        _recorder.attach(name, shorten(body), Media.TEXT)

    def json(self, name: str, value: object) -> None:
        """Attach data, indented for reading. Dataclasses and pydantic models are written as objects."""
        written = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
        _recorder.attach(name, writable_json(written), Media.JSON)

    def picture(self, name: str, png: bytes) -> None:
        """Attach a picture; nothing in it can be redacted, so it must show no secret."""
        _recorder.attach(name, png, Media.PNG)

    def drawing(self, name: str, svg: str) -> None:
        """Attach a drawing, such as a chart."""
        _recorder.attach(name, svg, Media.SVG)

    def table(self, name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Attach a table as comma-separated values, for other programs to read."""
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows([headings, *rows])
        self.csv(name, written.getvalue())

    def csv(self, name: str, text: str) -> None:
        """Attach a table that is written as comma-separated values already."""
        _recorder.attach(name, text, Media.CSV)

    def timeline(self, name: str, lanes: Sequence[Lane]) -> None:
        """Attach what befell a system, as a picture over time and as a journal in words; nothing if nothing did."""
        if lanes:
            _recorder.attach(f"timeline of {name}", picture(lanes), Media.SVG)
            self.text(f"journal of {name}", journal(lanes))

    def observation(
        self,
        what: str,
        observed: float | str | None,
        limit: float | str | None = None,
        unit: str = "",
        samples: int | None = None,
    ) -> None:
        """Attach one figure that the verdict rests on, for the acceptance page."""
        self.json(OBSERVATION, asdict(Observation(what, observed, limit, unit, samples)))

    def parameter(self, name: str, value: object) -> None:
        """State with what the scenario ran, such as a version or a seed."""
        _recorder.parameter(name, str(value))


def shorten(text: str, longest: int = LONGEST) -> str:
    """The text itself, or its beginning and end with a line between them that says how much is missing."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"


def _plain(value: Any) -> Any:
    """What JSON does not know by itself, as something that it knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, bytes):
        return decoded(value)
    if isinstance(value, Iterable):
        return list(value)
    return str(value)

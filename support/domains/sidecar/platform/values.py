"""Whether templates read every value of a chart: each is changed in turn, and the change must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from support.base import documents
from support.base.outcomes import NotMet
from support.checks.basis import enough
from support.domains.sidecar.platform.chart import EVERY, NONE, Chart, Rendered, leaves, merged
from support.domains.sidecar.platform.files import Document

BASES = (EVERY, NONE)
"""Values upon which a change is tried: a part that is switched off reads nothing."""


def unread(chart: Chart) -> list[str]:
    """The values whose change shows in nothing that the chart renders, whichever optional parts are on."""
    bases = {name: (chart.of_set(name), _plain(chart.render(chart.of_set(name)))) for name in BASES}
    tried = enough(list(leaves(chart.values)), "values of the chart")
    return [
        f"{'.'.join(path)} (now {value!r})"
        for path, value in tried
        if not any(_shows(chart, overrides, before, path, value) for overrides, before in bases.values())
    ]


def _shows(chart: Chart, overrides: Document, before: list[Document], path: tuple[str, ...], value: Any) -> bool:
    """Whether one of some other values for a path renders otherwise. A refused value shows nothing."""
    for other in _others(value):
        changed: Document = {}
        documents.put(changed, ".".join(path), other)
        after = chart.render(merged(overrides, changed))
        if not after.refusal and after.objects != before:
            return True
    return False


def _others(value: Any) -> Iterator[Any]:
    """Values of the same kind, the likeliest to be accepted first."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, max(value - 1, 1), value * 2)
    elif isinstance(value, str):
        numbers = [str(int(value) + 1)] if value.isdigit() else []
        yield from (*numbers, f"1{value}", f"{value}x", "Always", "IfNotPresent", "json", "ddb")
    else:
        yield [value]


def _plain(made: Rendered) -> list[Document]:
    if made.refusal:
        raise NotMet(f"expected the chart to render, but it refuses: {made.refusal}")
    return made.objects

"""The Helm chart rendered by Helm itself, with the sets of values that it ships with and with others."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support.base import documents
from support.base.outcomes import NotMet, NotVerified, UsageError
from support.checks.basis import enough
from support.checks.matchers import Described, shortened
from support.domains.sidecar.platform import files
from support.domains.sidecar.platform.files import Document
from support.world.core import World, last

RELEASE, NAMESPACE = "hypergraph", "chat"
"""What the chart is rendered as, unless an Application says otherwise."""
SWITCH = "enabled"
"""The value by which a part of the chart is switched on and off."""
OWN, EVERY, NONE = "with its own values", "with every optional part", "with no optional part"
SHIPPED = {"for staging": "values-staging.yaml", "for production": "values-production.yaml"}
SETS = (OWN, *SHIPPED, EVERY, NONE)
"""The sets of values, in the words of Gherkin."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a chart made of a set of values: the merged values, and the objects; ``refusal`` is why it made none."""

    values: Document
    objects: list[Document] = field(default_factory=list)
    refusal: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What each template came to."""

    def of(self, *kinds: str) -> list[Document]:
        """The objects of some kinds. Raises NotMet, with the reason, if the chart does not render."""
        if self.refusal:
            raise NotMet(f"expected the chart to render, but it refuses: {self.refusal}")
        return [each for each in self.objects if not kinds or each.get("kind") in kinds]


@dataclass(slots=True)
class Charts:
    """What was rendered in a scenario, and the values whose change showed nowhere."""

    rendered: list[Rendered] = field(default_factory=list)
    unread: list[str] | None = None

    @property
    def last(self) -> Rendered:
        """The last rendering. Raises Broken before there is one."""
        return last(self.rendered, "the chart has not been rendered yet")


class Chart:
    """A chart in a folder; Helm loads it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._helm = _helm()
        try:
            self._loaded = self._helm.Chart.load(folder)
        except self._helm.HelmError as error:
            raise NotMet(f"expected a Helm chart in {folder}, but Helm cannot load it: {error}") from error

    @property
    def name(self) -> str:
        """The name of the chart."""
        return str(self._loaded.name)

    @property
    def values(self) -> Document:
        """The chart's own values."""
        own: Document = self._loaded.values
        return own

    def override(self, name: str) -> Document:
        """A file of values that the chart ships with. Raises NotMet if it is not there or holds no mapping."""
        path = self.folder / name
        if not path.is_file():
            raise NotMet(f"expected the values {path}, but there is no such file")
        return merged({}, *files.parse(path.read_text(encoding="utf-8"), str(path)))

    def of_set(self, name: str) -> Document:
        """The overrides of a set of values that Gherkin names."""
        if name in SHIPPED:
            return self.override(SHIPPED[name])
        return {} if name == OWN else self.switched(name == EVERY)

    def switched(self, on: bool) -> Document:
        """Overrides that switch every optional part on or off."""
        found: Document = {}
        for path, value in leaves(self.values):
            if path[-1] == SWITCH and isinstance(value, bool):
                documents.put(found, ".".join(path), on)
        return enough(found, "optional parts of the chart")

    def render(self, overrides: Document, name: str = RELEASE, namespace: str = NAMESPACE) -> Rendered:
        """What the chart makes of overrides; a refusal is part of it."""
        values = merged(self.values, overrides)
        try:
            texts = self._loaded.render(overrides, name=name, namespace=namespace)
        except self._helm.HelmError as error:
            return Rendered(values, refusal=str(error))
        made = [each for text in texts.values() for each in yaml.load_all(text, yaml.CSafeLoader) if each]
        return Rendered(values, enough(made, "objects that the chart renders"), texts=texts)


def chart(world: World) -> Chart:
    """The chart that the definition names."""
    return Chart(files.path(world, "helm_chart"))


def render(world: World, overrides: Document, shown: str) -> Rendered:
    """Render the chart; values and objects are evidence."""
    made = chart(world).render(overrides)
    told = made.refusal or yaml.safe_dump_all(made.objects, sort_keys=False)
    world.evidence.text(f"the chart {shown}", f"overrides: {overrides or 'none'}\n\n{told}")
    world.part(Charts).rendered.append(made)
    return made


def render_set(world: World, name: str) -> Rendered:
    """Render the chart with a set of values."""
    return render(world, chart(world).of_set(name), name)


def added(path: str, value: Any) -> Document:
    """The overrides that set one value, whether or not the chart has it."""
    overrides: Document = {}
    documents.put(overrides, path, value)
    return overrides


def naming(path: str) -> Described[str]:
    """A refusal that names a value: its last part, and the one before it."""
    *above, name = path.split(".")
    wanted = [name, *above[-1:]]
    return Described(
        f"a refusal that names {' and '.join(wanted)}",
        lambda said: all(each in said for each in wanted),
        lambda said: f"it said {shortened(said)}" if said else "the chart was rendered",
    )


def changed(chart: Chart, path: str, value: Any) -> Document:
    """The overrides that set one value. Raises UsageError for a path of values that the chart does not have."""
    overrides = added(path, value)
    if documents.read(chart.values, path) is None:
        raise UsageError(f"the chart has no value {path}, so that nothing would be changed")
    return overrides


def merged(values: Document, *overrides: Document) -> Document:
    """Values with overrides over them, the last on top, mapping by mapping, as Helm merges them."""
    made = copy.deepcopy(values)
    for key, value in (pair for each in overrides for pair in each.items()):
        both = isinstance(value, dict) and isinstance(made.get(key), dict)
        made[key] = merged(made[key], value) if both else copy.deepcopy(value)
    return made


def leaves(values: Document, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value that is no mapping, with its path."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _helm() -> Any:
    try:
        import helm_python
    except (ImportError, OSError) as error:
        raise NotVerified(f"Helm is absent: {error}; install helm-python-sdk") from error
    return helm_python

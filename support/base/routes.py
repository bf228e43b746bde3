"""Models of ``upstreams``, ``routes`` and ``not_offered`` in system.yaml: what a gateway stands before.

``upstreams`` are OpenAI-compatible services that are started before the processes, each with a fault proxy before it;
``routes`` say under which model a caller reaches which of them, by the name that Gherkin uses::

    upstreams: [a, b]
    routes:
      plain: {model: gpt-plain, upstreams: [a], upstream_model: model-of-a}
      guarded: {model: gpt-guarded, upstreams: [a, b]}           # a first, b when a fails
      weighted: {model: gpt-weighted, upstreams: [a, b], weights: [3, 1]}
      hurried: {model: gpt-hurried, upstreams: [a, b], timeout: 1.0, attempts: 2}
    not_offered:
      budget: no budgets                                          # capability: why, which the page shows

Processes, profiles, templates and the headers of routes may use ``{upstream_a}``, the URL of the fault proxy before a
(without a path), ``{upstream_port_a}``, its port alone, ``{upstream_direct_a}``, the URL of the service itself, and
``{upstream_key_a}``, the key it accepts: ``upstream_key`` where that is given, for a gateway that shows upstreams the
key of its callers, else one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from support.base import capabilities
from support.base.entries import Entry, Identity
from support.base.placeholders import suggest
from support.base.topology import PartName
from support.base.yaml_lines import FieldPath

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Weight = Annotated[int, Field(ge=0)]


OF_UPSTREAM = ("upstream_port", "upstream_direct", "upstream_key")
"""Placeholders of an upstream besides its URL, before its name."""


class Route(Entry):
    """One model that callers may ask for, and the upstreams that serve it.

    ``upstream_model`` is the name by which the upstreams are asked, the route's own where it is not given; ``timeout``
    are seconds over all attempts, ``attempts`` the calls of upstreams in all; ``headers`` go with each request.
    """

    model: Text
    upstreams: list[PartName] = Field(min_length=1)
    upstream_model: Text | None = None
    weights: list[Weight] = Field(default_factory=list)
    timeout: float | None = Field(None, gt=0)
    attempts: int | None = Field(None, ge=1)
    headers: dict[str, str] = Field(default_factory=dict)
    embeddings: bool = False

    @property
    def model_upstream(self) -> str:
        """The name by which its upstreams are asked for the model."""
        return self.upstream_model or self.model


class Declared(Protocol):
    """What of a system the rules here read."""

    @property
    def feature_folder(self) -> str: ...

    @property
    def upstreams(self) -> Sequence[str]: ...

    @property
    def routes(self) -> Mapping[str, Route]: ...

    @property
    def identities(self) -> Mapping[str, Identity]: ...

    @property
    def capabilities(self) -> Sequence[str]: ...

    @property
    def not_offered(self) -> Mapping[str, str]: ...


def models_of(routes: Mapping[str, Route], upstream: str) -> list[str]:
    """The models that an upstream serves, as it is asked for them."""
    return list(dict.fromkeys(route.model_upstream for route in routes.values() if upstream in route.upstreams))


def placeholders(system: Declared) -> set[str]:
    """The placeholders that upstreams add."""
    return {f"{what}_{name}" for name in system.upstreams for what in ("upstream", *OF_UPSTREAM)}


def texts(system: Declared) -> Iterator[tuple[FieldPath, str]]:
    """Each value of ``routes`` that may hold placeholders, and where it stands."""
    for name, route in system.routes.items():
        yield from ((("routes", name, "headers", header), text) for header, text in route.headers.items())


def contradictions(system: Declared) -> Iterator[tuple[FieldPath, str]]:
    """What of upstreams, routes, identities and capabilities does not go together."""
    for index, upstream in enumerate(system.upstreams):
        if upstream in system.upstreams[:index]:
            yield ("upstreams", index), f"{upstream} is given twice"
    for name, route in system.routes.items():
        yield from ((("routes", name, *at), why) for at, why in _mistakes(route, system.upstreams))
    for name, identity in system.identities.items():
        for index, opened in enumerate(identity.routes or ()):
            if opened not in system.routes:
                yield ("identities", name, "routes", index), f"no such route; {suggest(opened, system.routes)}"
    yield from _bad_capabilities(system)


def _mistakes(route: Route, known: Sequence[str]) -> Iterator[tuple[FieldPath, str]]:
    for index, upstream in enumerate(route.upstreams):
        if upstream not in known:
            yield ("upstreams", index), f"no such upstream {upstream!r}; {suggest(upstream, known)}"
        if upstream in route.upstreams[:index]:
            yield ("upstreams", index), f"{upstream} is given twice"
    if route.weights and len(route.weights) != len(route.upstreams):
        yield ("weights",), f"{len(route.weights)} weights for {len(route.upstreams)} upstreams: give one for each"
    if route.weights and not any(route.weights):
        yield ("weights",), "no upstream has a weight above 0, so none can serve this route"


def _bad_capabilities(system: Declared) -> Iterator[tuple[FieldPath, str]]:
    listed = capabilities.of(system.feature_folder) if system.routes else None
    known = None if listed is None else {*listed, *capabilities.OF_THE_SUITE}
    declared = enumerate(system.capabilities)
    places: list[tuple[FieldPath, str]] = [(("capabilities", index), name) for index, name in declared]
    places += [(("not_offered", name), name) for name in system.not_offered]
    for at, name in places:
        if known is not None and name not in known:
            yield at, f"unknown capability {name!r}; {suggest(name, known)}"
    for name in system.not_offered:
        if name in system.capabilities:
            yield ("not_offered", name), "capabilities says that it is offered"


def not_offered(system: Declared) -> dict[str, str]:
    """Each known capability that a definition does not declare, and why; nothing where no list of them is known."""
    known = (capabilities.of(system.feature_folder) if system.routes else None) or {}
    told = {name: system.not_offered.get(name, capabilities.UNSAID) for name in known}
    absent = {name: why for name, why in told.items() if name not in system.capabilities}
    return absent if known else dict(system.not_offered)

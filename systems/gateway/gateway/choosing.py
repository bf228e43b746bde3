"""In which order the upstreams of a model are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Protocol

from gateway.config import Config, ModelEntry
from gateway.upstreams import Upstream, Upstreams


class Known(Protocol):
    """Upstreams by name."""

    def __getitem__(self, name: str) -> Upstream: ...


class Candidate:
    """An upstream as one that serves a model, under its own name for it; ``credit`` is for sharing by weight."""

    __slots__ = ("credit", "model", "upstream", "weight")

    def __init__(self, upstream: Upstream, model: str, weight: int) -> None:
        self.upstream, self.model, self.weight, self.credit = upstream, model, weight, 0


class Route:
    """A configured model: those who serve it, and those of its fallbacks."""

    def __init__(self, name: str, entry: ModelEntry, upstreams: Known) -> None:
        self.name, self.entry = name, entry
        weights = entry.weights or (1,) * len(entry.upstreams)
        self.model = entry.upstream_model or name
        """The name by which upstreams are asked for it."""
        self.own = [
            Candidate(upstreams[each], self.model, w) for each, w in zip(entry.upstreams, weights, strict=True) if w
        ]
        self.others: list[Candidate] = []

    @property
    def attempts(self) -> int:
        """How many calls a request may lead to: as configured, or two for each that serves it."""
        return self.entry.attempts or 2 * (len(self.own) + len(self.others))


class Router:
    """The routes by model, and in which order to ask."""

    def __init__(self, config: Config, upstreams: Upstreams) -> None:
        self._turns = count(1)
        self._routes = {name: Route(name, entry, upstreams) for name, entry in config.models.items()}
        for route in self._routes.values():
            route.others = [each for other in route.entry.fallbacks for each in self._routes[other].own]

    def __len__(self) -> int:
        return len(self._routes)

    def models(self) -> list[str]:
        """Every model, in the order of the configuration."""
        return list(self._routes)

    def find(self, model: str) -> Route | None:
        """The route of a model; None if it is not configured."""
        return self._routes.get(model)

    def order(self, route: Route) -> list[Candidate]:
        """Who is to be asked, one after the other: by the model's strategy, those that are alive before the others."""
        ordered = self._by_strategy(route)
        ordered += [each for each in route.others if each not in ordered]
        return [each for each in ordered if not each.upstream.dead] + [each for each in ordered if each.upstream.dead]

    def begin(self, upstream: Upstream) -> None:
        """Note that an upstream is asked."""
        upstream.active += 1
        upstream.asked = next(self._turns)

    def _by_strategy(self, route: Route) -> list[Candidate]:
        match route.entry.strategy:
            case "weighted":
                return by_weight(route.own)
            case "least-busy":
                return sorted(route.own, key=lambda each: (each.upstream.active, each.upstream.asked))
        return list(route.own)


def by_weight(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Smooth weighted round robin (as nginx does it): of any run of requests each gets its share, evenly spread.

    Only those take part that can be asked now; the others follow in the order of their weights.
    """
    able = [each for each in candidates if usable(each)] or list(candidates)
    for each in able:
        each.credit += each.weight
    chosen = max(able, key=lambda each: each.credit)
    chosen.credit -= sum(each.weight for each in able)
    return [chosen, *sorted((each for each in candidates if each is not chosen), key=lambda each: -each.weight)]


def usable(candidate: Candidate) -> bool:
    """Whether an upstream is alive and does not rest."""
    return not candidate.upstream.dead and not candidate.upstream.rest_left


def shortest_rest(candidates: Iterable[Candidate]) -> float:
    """Seconds until the first of them may be asked again."""
    return min((each.upstream.rest_left for each in candidates), default=0.0)

"""How scenarios are shared out over processes: those that need the same server stay together.

Scenarios that ask for a common set-up form a group (union-find). Groups are put into a few bundles per job, the longest
first into the lightest (longest processing time first, Graham 1969), and each bundle is run by a process of its own.
Jobs take the next bundle when they are free, so an estimate that is wrong costs little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from support.run.selection import Case

SCENARIO_COSTS = {"http": 1.0, "python": 0.5}
SETUP_COST = 12.0
SLOW_COST = 50.0
BUNDLES_PER_JOB = 3


@dataclass(frozen=True, slots=True)
class Shard:
    """What one process runs: scenarios of one interface."""

    name: str
    interface: str
    cases: tuple[Case, ...]

    @property
    def locations(self) -> list[str]:
        """``file:line`` of each scenario, in file order: behave joins only neighbours of the same file."""
        return [case.planned.location for case in sorted(self.cases, key=_file_order)]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Shards that ``jobs`` processes at a time take in turn; afterwards the shards that must run alone."""

    together: tuple[Shard, ...]
    alone: tuple[Shard, ...]
    jobs: int

    @property
    def shards(self) -> list[Shard]:
        """Every shard of the run."""
        return [*self.together, *self.alone]


def schedule(cases: Sequence[Case], jobs: int) -> Schedule:
    """Share cases out; every case is in exactly one shard, and a shard has one interface."""
    interfaces = list(dict.fromkeys(case.interface for case in cases))
    together: list[Shard] = []
    for interface in interfaces:
        bundles = _bundles([case for case in cases if case.interface == interface and not case.exclusive], jobs)
        together += [Shard(f"{interface}-{n}", interface, tuple(bundle)) for n, bundle in enumerate(bundles, start=1)]
    alone = [
        Shard(f"{interface}-alone", interface, tuple(found))
        for interface in interfaces
        if (found := [case for case in cases if case.interface == interface and case.exclusive])
    ]
    longest_first = sorted(together, key=lambda shard: cost(shard.cases), reverse=True)
    return Schedule(tuple(longest_first), tuple(alone), min(jobs, len(together)))


def _bundles(cases: Sequence[Case], jobs: int) -> list[list[Case]]:
    bundles: list[list[Case]] = [[] for _ in range(jobs * BUNDLES_PER_JOB if jobs > 1 else 1)]
    loads = [0.0] * len(bundles)
    for group in sorted(groups(cases), key=cost, reverse=True):
        lightest = loads.index(min(loads))
        bundles[lightest].extend(group)
        loads[lightest] += cost(group)
    return [bundle for bundle in bundles if bundle]


def groups(cases: Iterable[Case]) -> list[list[Case]]:
    """Cases joined by common set-ups, directly or through others; one without a set-up stands by itself."""
    parents: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parents.setdefault(node, node)
        while parents[node] != node:
            node = parents[node]
        return node

    members = [(case, _nodes(case)) for case in cases]
    for _, nodes in members:
        for node in nodes[1:]:
            parents[root(node)] = root(nodes[0])
    joined: dict[tuple[str, str], list[Case]] = {}
    for case, nodes in members:
        joined.setdefault(root(nodes[0]), []).append(case)
    return list(joined.values())


def cost(cases: Sequence[Case]) -> float:
    """What cases are expected to take, in scenarios' worth of time; a server start weighs as many scenarios do."""
    setups = {setup for case in cases for setup in case.setups}
    of_their_own = sum(not case.setups for case in cases)
    scenarios = sum(SLOW_COST if "slow" in case.planned.tags else SCENARIO_COSTS[case.interface] for case in cases)
    return scenarios + SETUP_COST * (len(setups) + of_their_own)


def _nodes(case: Case) -> list[tuple[str, str]]:
    return [(case.interface, setup) for setup in sorted(case.setups)] or [(case.interface, case.key)]


def _file_order(case: Case) -> tuple[str, int]:
    file, _, line = case.planned.location.rpartition(":")
    return file, int(line)

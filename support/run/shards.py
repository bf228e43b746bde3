"""How scenarios are shared out over processes: those that need the same server stay together.

Scenarios that ask for a common set-up form a group (union-find); groups go, the longest first, to the lane with the
least to do (longest processing time first, Graham 1969). A lane runs one process per interface, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from support.run.selection import Case

SCENARIO_COST = 1.0
SETUP_COST = 4.0
SLOW_COST = 20.0


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
    """Lanes that run side by side, each its shards in turn; afterwards the shards that must run alone."""

    lanes: tuple[tuple[Shard, ...], ...]
    alone: tuple[Shard, ...]

    @property
    def shards(self) -> list[Shard]:
        """Every shard of the run."""
        return [shard for lane in self.lanes for shard in lane] + list(self.alone)


def schedule(cases: Sequence[Case], jobs: int) -> Schedule:
    """Share cases out over at most ``jobs`` lanes; every case is in exactly one shard."""
    together = [case for case in cases if not case.exclusive]
    lanes: list[list[Case]] = [[] for _ in range(max(jobs, 1))]
    loads = [0.0] * len(lanes)
    for group in sorted(groups(together), key=cost, reverse=True):
        lightest = loads.index(min(loads))
        lanes[lightest].extend(group)
        loads[lightest] += cost(group)
    filled = [lane for lane in lanes if lane]
    return Schedule(
        lanes=tuple(_shards(lane, str(number)) for number, lane in enumerate(filled, start=1)),
        alone=_shards([case for case in cases if case.exclusive], "alone"),
    )


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


def cost(group: Sequence[Case]) -> float:
    """What a group is expected to take, in scenarios' worth of time; a server start weighs as several scenarios."""
    setups = {setup for case in group for setup in case.setups}
    return sum(SLOW_COST if "slow" in case.planned.tags else SCENARIO_COST for case in group) + SETUP_COST * len(setups)


def _nodes(case: Case) -> list[tuple[str, str]]:
    return [(case.interface, setup) for setup in sorted(case.setups)] or [(case.interface, case.key)]


def _shards(cases: Sequence[Case], lane: str) -> tuple[Shard, ...]:
    interfaces = dict.fromkeys(case.interface for case in cases)
    return tuple(
        Shard(f"{lane}-{interface}", interface, tuple(case for case in cases if case.interface == interface))
        for interface in interfaces
    )


def _file_order(case: Case) -> tuple[str, int]:
    file, _, line = case.planned.location.rpartition(":")
    return file, int(line)

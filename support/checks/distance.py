"""Sets apart what the network takes between those who send a load and the system, which no system can make good."""

from __future__ import annotations

from collections.abc import Callable

from support.base.outcomes import Outcome
from support.checks.findings import Finding, broken, milliseconds
from support.load.result import MICROSECOND, LoadResult

NEAR = 0.002
"""Seconds of a round trip below which the network is no excuse: a local network has less."""


def excused(finding: Finding, round_trip: float, is_met_nearer: Callable[[float], bool]) -> Finding:
    """The finding; broken where a demand that was not met would have been, had it not been for the round trip.

    ``is_met_nearer`` judges again with so many seconds less for each request. What was met all the same is met.
    """
    if finding.outcome is not Outcome.NOT_MET or round_trip < NEAR or not is_met_nearer(round_trip):
        return finding
    why = f"the network alone takes {milliseconds(round_trip)} there and back, so it was no measure of the system"
    return broken(f"{why}: {finding.says}; send from nearer to it (--load-workers)", finding.what)


def served_rate(result: LoadResult) -> float:
    """Requests served each second of a load; what was answered only after its end counts for none."""
    total = result.total
    return (total.succeeded if total.served is None else total.served) / result.seconds


def served_nearer(result: LoadResult, way: float) -> float:
    """How many would be served a second, if those who wait for each answer before they ask again had no way to go."""
    served = served_rate(result)
    if result.users is None or not served:
        return served
    return result.users / max(result.users / served - way, MICROSECOND)

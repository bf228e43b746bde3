"""Mistakes in limits and budgets: one too many, no time to wait, a limit for each worker, overrun budgets."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

RESERVE = "gateway.budget:Budgets.reserve"


@defect("GW-LIMIT-01", "One more passes than the limit", HTTP)
def one_more() -> None:
    @wrap("chassis.rate_limit:parse")
    def broken(original: Any, text: str) -> Any:
        item = original(text)
        return type(item)(item.amount + 1, item.multiples)


@defect("GW-LIMIT-01", "The refusal does not say when to come back", HTTP)
def no_retry_after() -> None:
    @wrap("gateway.errors:rate_limited")
    def broken(original: Any, seconds: int) -> Any:
        made = original(seconds)
        made.headers = {}
        return made


@defect("GW-LIMIT-02", "Each worker counts for itself", HTTP)
def limit_by_worker() -> None:
    @wrap("chassis.rate_limit:RateLimiter.hit")
    def broken(original: Any, self: Any, caller: str) -> Any:
        import os

        return original(self, f"{caller} {os.getpid()}")


@defect("GW-LIMIT-02", "The workers share no file to count in", HTTP)
def limit_in_memory() -> None:
    @wrap("gateway.app:limiters")
    def broken(original: Any, config: Any, shared: Any) -> Any:
        return original(config, None)


@defect("GW-LIMIT-03", "What is spent is counted when an answer has come", HTTP)
def nothing_reserved() -> None:
    @wrap(RESERVE)
    def broken(original: Any, self: Any, caller: str, budget: int, tokens: int, *, rest: bool = False) -> Any:
        from gateway.budget import Reservation

        return Reservation(caller, 0) if self._spent(caller) < budget else None


@defect("GW-LIMIT-03", "Only tokens that are read are counted", HTTP)
def half_reserved() -> None:
    @wrap(RESERVE)
    def broken(original: Any, self: Any, caller: str, budget: int, tokens: int, *, rest: bool = False) -> Any:
        return original(self, caller, budget, tokens // 2)

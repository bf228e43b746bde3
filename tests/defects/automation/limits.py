"""Mistakes in the rate limit: too many pass, nobody does again, buckets are mixed up, or each worker has its own."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import put, wrap

HIT = "automation.identity.limits:SharedLimiter.hit"


@defect("AUTO-RATE-01", "One more passes than the limit", HTTP, sample="The last request within")
def one_more() -> None:
    @wrap("automation.identity.limits:SharedLimiter.__init__")
    def broken(original: Any, self: Any, settings: Any, *rest: Any) -> None:
        original(self, settings.model_copy(update={"max_requests": settings.max_requests + 1}), *rest)


@defect("AUTO-RATE-01", "The window begins anew at each full span of time", HTTP, sample="edge of a window")
def window_of_the_clock() -> None:
    @wrap("chassis.rate_limit:judge")
    def broken(original: Any, storage: Any, item: Any, who: str) -> Any:
        from chassis.rate_limit import Verdict
        from limits.strategies import FixedWindowRateLimiter

        return Verdict(True) if FixedWindowRateLimiter(storage).hit(item, who) else Verdict(False, 1)


@defect("AUTO-RATE-01", "The refusal says to wait for no time at all", HTTP, sample="The last request within")
def no_wait() -> None:
    @wrap("automation.identity.gate:too_many")
    def broken(original: Any, seconds: int) -> Any:
        return original(0)


@defect("AUTO-RATE-01", "The refusal has other words", HTTP, sample="The last request within")
def other_words() -> None:
    put("automation.identity.gate:TOO_MANY", "Slow down.")


@defect("AUTO-RATE-02", "All users have one bucket", HTTP, sample="Another user")
def one_bucket() -> None:
    @wrap(HIT)
    def broken(original: Any, self: Any, who: str) -> Any:
        return original(self, "everybody")


@defect("AUTO-RATE-02", "Each worker counts for itself", HTTP, sample="of its own|same moment")
def limit_by_worker() -> None:
    @wrap(HIT)
    def broken(original: Any, self: Any, who: str) -> Any:
        import os

        return original(self, f"{who} {os.getpid()}")


@defect("AUTO-RATE-02", "Anybody's word about the address counts", HTTP, sample="made up")
def any_proxy_trusted() -> None:
    @wrap("automation.identity.gate:AddressOf.__init__")
    def broken(original: Any, self: Any, trusted: Any) -> None:
        original(self, ("127.0.0.0/8",))


@defect("AUTO-RATE-02", "Each address may ask as often as it likes without a pass", HTTP, sample="address")
def strangers_unlimited() -> None:
    @wrap(HIT)
    def broken(original: Any, self: Any, who: str) -> Any:
        from chassis.rate_limit import Verdict

        return Verdict(True) if who.startswith("address") else original(self, who)

"""Mistakes in limiting callers and in counting their requests (CAIO-HARD-02 and 04)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-HARD-02", "One request more than the limit is let through")
def limit_off_by_one() -> None:
    @wrap("chassis.rate_limit:parse")
    def broken(original: Any, text: str) -> Any:
        limit = original(text)
        limit.amount += 1
        return limit


@defect("CAIO-HARD-02", "A caller that has to wait is not told for how long")
def no_retry_after() -> None:
    @wrap("chassis.gate:Gate.check_rate")
    def broken(original: Any, self: Any, caller: str) -> None:
        from chassis.problems import Problem

        try:
            original(self, caller)
        except Problem as problem:
            problem.headers.pop("Retry-After")
            raise


@defect("CAIO-HARD-02", "The time to wait is told in milliseconds")
def wait_in_milliseconds() -> None:
    @wrap("chassis.rate_limit:seconds_until")
    def broken(original: Any, moment: float) -> int:
        return int(original(moment)) * 1000


@defect("CAIO-HARD-02", "The time to wait is always told as a second")
def wait_a_second() -> None:
    @wrap("chassis.rate_limit:seconds_until")
    def broken(original: Any, moment: float) -> int:
        return 1


@defect("CAIO-HARD-02", "All callers share one limit")
def one_limit_for_all() -> None:
    @wrap("chassis.rate_limit:RateLimiter.hit")
    def broken(original: Any, self: Any, caller: str) -> Any:
        return original(self, "everybody")


@defect("CAIO-HARD-02", "Each route has a limit of its own")
def limit_by_route() -> None:
    paths: list[str] = []

    @wrap("chassis.gate:Gate.admit")
    def admitting(original: Any, self: Any, request: Any) -> Any:
        paths[:] = [request.url.path]
        return original(self, request)

    @wrap("chassis.gate:Gate.check_rate")
    def broken(original: Any, self: Any, caller: str) -> None:
        original(self, f"{caller} {paths[0]}")


@defect("CAIO-HARD-02", "Only callers that are known are limited")
def strangers_not_limited() -> None:
    @wrap("chassis.rate_limit:RateLimiter.hit")
    def broken(original: Any, self: Any, caller: str) -> Any:
        from chassis.rate_limit import Verdict

        return Verdict(True) if "@" in caller else original(self, caller)


@defect("CAIO-HARD-02", "Health checks count as requests of an unknown caller")
def health_limited() -> None:
    @wrap("chassis.gate:GateMiddleware.__call__")
    async def broken(original: Any, self: Any, scope: Any, receive: Any, send: Any) -> None:
        from chassis import problems
        from chassis.problems import Problem

        if scope["type"] == "http" and scope["path"] == "/health":
            try:
                self.gate.check_rate(f"unknown@{scope['client'][0]}")
            except Problem as problem:
                await problems.respond(problem, "caio", "/health", None)(scope, receive, send)
                return
        await original(self, scope, receive, send)


@defect("CAIO-HARD-04", "Each request is counted twice")
def counted_twice() -> None:
    @wrap("chassis.metrics:HttpMetrics.observe")
    def broken(original: Any, self: Any, *seen: Any) -> None:
        original(self, *seen)
        self.requests.labels(seen[0], seen[1], str(seen[2])).inc()


@defect("CAIO-HARD-04", "Durations are counted in milliseconds")
def durations_in_milliseconds() -> None:
    @wrap("chassis.metrics:HttpMetrics.observe")
    def broken(original: Any, self: Any, method: str, route: str, status: int, seconds: float) -> None:
        original(self, method, route, status, seconds * 1000)


@defect("CAIO-HARD-04", "Every request is counted as successful")
def counted_as_successful() -> None:
    @wrap("chassis.metrics:HttpMetrics.observe")
    def broken(original: Any, self: Any, method: str, route: str, status: int, seconds: float) -> None:
        original(self, method, route, 200, seconds)


@defect("CAIO-HARD-04", "Refused requests are not counted")
def refused_not_counted() -> None:
    @wrap("chassis.metrics:HttpMetrics.observe")
    def broken(original: Any, self: Any, method: str, route: str, status: int, seconds: float) -> None:
        if status < 400:
            original(self, method, route, status, seconds)


@defect("CAIO-HARD-04", "Only every second decision is counted")
def decisions_sampled() -> None:
    seen: list[Any] = []

    @wrap("caio.api.metrics:Metrics.decided")
    def broken(original: Any, self: Any, content: Any) -> None:
        seen.append(None)
        if len(seen) % 2:
            original(self, content)


@defect("CAIO-HARD-04", "All requests are counted under the same route", sample="Looking|Refused")
def routes_not_told_apart() -> None:
    @wrap("chassis.observing:RouteLabels.of")
    def broken(original: Any, self: Any, path: str) -> str:
        return "/api/v1/route"


@defect("CAIO-HARD-04", "Of several workers, only what the one counted that is asked is told", sample="Two workers")
def told_by_one_worker() -> None:
    @wrap("chassis.shared_metrics:Sum.collect")
    def broken(original: Any, self: Any) -> Any:
        import os

        from prometheus_client.multiprocess import MultiProcessCollector

        return MultiProcessCollector.merge([str(each) for each in self.folder.glob(f"*_{os.getpid()}.db")])


@defect("CAIO-HARD-04", "Of several workers, the one that has counted most speaks for all", sample="Two workers")
def told_by_the_busiest_worker() -> None:
    @wrap("chassis.shared_metrics:Sum.collect")
    def broken(original: Any, self: Any) -> Any:
        from prometheus_client.multiprocess import MultiProcessCollector

        def answered(pid: str) -> float:
            told = MultiProcessCollector.merge([str(self.folder / f"counter_{pid}.db")])
            return sum(sample.value for metric in told if "http" in metric.name for sample in metric.samples)

        pids = [each.stem.rpartition("_")[2] for each in self.folder.glob("counter_*.db")]
        busiest = max(pids, key=answered)
        return MultiProcessCollector.merge([str(each) for each in self.folder.glob(f"*_{busiest}.db")])

"""Mistakes in what health tells, and in how upstreams that were dead are found again."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

CHECK = "gateway.probes:Prober._check"


@defect("GW-HEALTH-01", "The gateway always says that it is ready", HTTP, sample="Not ready")
def always_ready() -> None:
    @wrap("gateway.upstreams:Upstreams.can_serve")
    def broken(original: Any, self: Any) -> bool:
        return True


@defect("GW-HEALTH-01", "The gateway is ready only while all upstreams are well", HTTP, sample="one of the upstreams")
def ready_with_all_only() -> None:
    @wrap("gateway.upstreams:Upstreams.can_serve")
    def broken(original: Any, self: Any) -> bool:
        return all(server.alive for server in self.servers)

    _seen_by_checks_alone()


@defect("GW-HEALTH-01", "Whoever asks whether the gateway lives needs a key", HTTP, sample="Alive without")
def alive_needs_key() -> None:
    @wrap("gateway.app:Guard.__call__")
    async def broken(original: Any, self: Any, scope: Any, receive: Any, send: Any) -> None:
        from gateway import errors

        if scope.get("path") == "/live" and not any(name == b"authorization" for name, _ in scope["headers"]):
            refused = errors.respond(errors.unauthenticated("A key is needed", presented=False))
            await refused(scope, receive, send)
            return
        await original(self, scope, receive, send)


@defect("GW-HEALTH-02", "What was dead once is never asked again", HTTP, sample="dead for a while")
def dead_for_good() -> None:
    @wrap(CHECK)
    async def broken(original: Any, self: Any, server: Any) -> None:
        if server.alive is not False:
            await original(self, server)

    @wrap("gateway.upstreams:Upstream.failed")
    def failed(original: Any, self: Any, retry_after: Any = None) -> None:
        original(self, retry_after)
        self.server.alive = False

    _without_the_dead()


@defect("GW-HEALTH-02", "An upstream that was dead at the start is left out for good", HTTP, sample="started before")
def late_left_out() -> None:
    @wrap("gateway.probes:Prober._watch")
    async def broken(original: Any, self: Any, server: Any) -> None:
        if server.alive:
            await original(self, server)

    _without_the_dead()


def _seen_by_checks_alone() -> None:
    @wrap("gateway.upstreams:Upstream.succeeded")
    def broken(original: Any, self: Any) -> None:
        self.failures = 0


def _without_the_dead() -> None:
    @wrap("gateway.choosing:Router.order")
    def broken(original: Any, self: Any, route: Any) -> Any:
        return [each for each in original(self, route) if not each.upstream.dead]

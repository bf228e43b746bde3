"""The suite's manners at a system that belongs to somebody else: nothing is judged by an answer that shows nothing.

Being told to wait, getting no answer in time, or none at all because the system is gone says nothing about the product.
"""

from __future__ import annotations

from support.base.outcomes import Broken
from support.base.systems import System
from support.base.waiting import let_pass
from support.deployments import RemoteDeployment
from support.http import Exchange
from support.http.client import TOO_LATE
from support.load.result import Failure, LoadResult

GATEWAY_TROUBLE = (502, 503, 504)
"""What a proxy answers for a system behind it that is gone."""

GONE: tuple[Failure, ...] = ("refused", "reset", "time-out")
"""Failures of a load as a system leaves them that is gone."""

STRAY = 120.0
"""Seconds for which requests may arrive from a load worker that was cut off: it stops after twenty, and what it has
sent until then is sent again and again by its machine, until that gives up."""


class RemoteTarget:
    """A system at a URL, and what an exchange or a load there must not be taken for."""

    def __init__(self, system: System, deployment: RemoteDeployment) -> None:
        self._deployment, self._where = deployment, deployment.public
        declared = system.refusals.get("rate-limited")
        self._limited = declared.status if declared else None

    def saw(self, exchange: Exchange) -> None:
        """Raises Broken if the answer to an exchange says nothing about the product."""
        if exchange.status is not None and exchange.status == self._limited:
            seconds = exchange.headers.get("Retry-After", "?")
            raise Broken(
                f"{self._where} told the suite to wait {seconds} s ({exchange.status}): a run makes hundreds "
                "of requests in a row; lift the limit for the identities it calls as, and run again"
            )
        if (exchange.error or "").startswith(TOO_LATE):
            raise Broken(
                f"{self._where} gave {exchange}; no scenario sets such a limit: "
                "find out why it takes so long, or give it more time with -D timeouts.http=…"
            )
        if _is_no_answer(exchange) and not self._deployment.running:
            raise Broken(
                f"{self._where} has stopped answering: {exchange}. Its own log must tell whether this request "
                "brought it down or something else did; run again once it is up"
            )

    def saw_load(self, load: LoadResult) -> None:
        """Raises Broken if what became of a load says nothing about the product: as of an exchange, told by the first
        failure of each kind. Comes back when nothing more can come from workers of it that were lost."""
        if lost := [worker.name for worker in load.workers if worker.lost and not worker.is_local]:
            let_pass(STRAY, f"requests of {', '.join(lost)}, who was lost, may still be on their way")
        status, limited = load.total.said.get("status", ""), self._limited
        if limited is not None and status.startswith(f"{limited}:"):
            raise Broken(
                f"{self._where} told the senders of a load to wait ({limited}): lift the limit for the "
                "identities that the suite calls as, and run again"
            )
        if any(kind in load.total.failures for kind in GONE) and not self._deployment.running:
            raise Broken(
                f"{self._where} has stopped answering under a load ({dict(load.total.failures)}). Its own log "
                "must tell whether the load brought it down or something else did; run again once it is up"
            )


def _is_no_answer(exchange: Exchange) -> bool:
    explained = "problem+json" in exchange.headers.get("Content-Type", "")
    return exchange.status is None or (exchange.status in GATEWAY_TROUBLE and not explained)

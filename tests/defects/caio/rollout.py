"""Mistakes in how CAIO is updated while callers go on: in the load balancer, the compose file, and in CAIO itself."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect, edit
from tests.defects.documents import in_yaml, swap
from tests.defects.patching import wrap

COMPOSE, BALANCER = "compose.replicas.yaml", "haproxy/haproxy.cfg"
HTTP = ("http",)
UPDATE, UNANNOUNCED = "An update to", "who does not know"
USED, ENDING = "gets sick when", "ends as soon"


def _replicas(text: str, **changes: Any) -> str:
    """The compose file with other fields of every replica."""

    def alter(content: Any) -> None:
        for name, service in content["services"].items():
            if name.startswith("caio-"):
                service.update(changes)

    return in_yaml(text, alter)


@defect("CAIO-DEPLOY-06", "A replica that is stopped drops its requests in flight", interfaces=HTTP, sample=UNANNOUNCED)
def replica_drops_requests() -> None:
    @wrap("chassis.draining:DrainingServer.handle_exit")
    def broken(original: Any, self: Any, number: int, frame: Any) -> None:
        import os

        os._exit(0)


@defect("CAIO-DEPLOY-06", "Replicas do not follow each other's registrations", interfaces=HTTP, sample=ENDING)
def replicas_do_not_follow() -> None:
    @wrap("caio.api.replica:Replica.catch_up")
    def broken(original: Any, self: Any, position: Any) -> None:
        return None


@edit(COMPOSE, "CAIO-DEPLOY-06", "Each replica keeps a store of its own", interfaces=HTTP, sample=ENDING)
def store_of_its_own(text: str) -> str:
    def alter(content: Any) -> None:
        for name, service in content["services"].items():
            if name.startswith("caio-"):
                service["environment"] = {**service["environment"], "CAIO_DATA_DIR": "/tmp/data"}

    return in_yaml(text, alter)


@edit(COMPOSE, "CAIO-DEPLOY-06", "A replica has no time to finish a request", interfaces=HTTP, sample=UNANNOUNCED)
def replica_without_grace(text: str) -> str:
    return _replicas(text, stop_grace_period="1s")


@edit(BALANCER, "CAIO-DEPLOY-06", "The load balancer asks no replica for its health", interfaces=HTTP, sample=UPDATE)
def balancer_without_checks(text: str) -> str:
    return swap(text, "default-server check inter 250ms fall 2 rise 2", "default-server")


@edit(BALANCER, "CAIO-DEPLOY-06", "A replica that leaves has its requests cut off", interfaces=HTTP, sample=UNANNOUNCED)
def requests_cut_off(text: str) -> str:
    return swap(text, "default-server check", "default-server on-marked-down shutdown-sessions check")


@edit(BALANCER, "CAIO-DEPLOY-06", "Any answer of a replica is taken for health", interfaces=HTTP, sample=USED)
def balancer_content_with_any_answer(text: str) -> str:
    return swap(text, "http-check expect status 200", "http-check expect rstatus ^[2-5]")


@edit(BALANCER, "CAIO-DEPLOY-06", "The load balancer is less patient than callers", interfaces=HTTP, sample=UPDATE)
def balancer_impatient(text: str) -> str:
    return swap(text, "timeout server 130s", "timeout server 1s")


@defect(
    "CAIO-ROUTE-06", "A replica decides by the services that it was told of itself", interfaces=HTTP, contained=True
)
def decides_by_its_own_services() -> None:
    @wrap("caio.api.replica:Replica.catch_up")
    def broken(original: Any, self: Any, position: Any) -> None:
        return None

"""Reads all that a gateway tells of itself, at the addresses where gateways have such things."""

from __future__ import annotations

from urllib.parse import urlsplit

from support.domains.gateway import asking
from support.world.core import World
from support.world.upstreams import Upstreams

PLACES = (
    "/",
    "/health",
    "/healthz",
    "/livez",
    "/readyz",
    "/metrics",
    "/config",
    "/v1/config",
    "/settings",
    "/model/info",
    "/v1/model/info",
    "/get/config/callbacks",
    "/workers",
    "/list_workers",
    "/get_model_info",
    "/get_server_info",
    "/openapi.json",
    "/debug/vars",
    "/admin",
    "/status",
    "/providers",
    "/routes",
)
"""Where some gateway tells something of itself; one that has nothing there answers that there is nothing."""


def read_everything(world: World) -> None:
    """Have a caller read every place, those of the definition and those of other gateways."""
    headers = asking.headers_of(world, "plain")
    for path in dict.fromkeys([*world.system.endpoints.values(), asking.MODELS, *PLACES]):
        world.exchanges.append(world.http.get(path, headers=headers, timeout=asking.PATIENCE))


def ports(world: World) -> dict[str, int]:
    """The ports of the upstreams and of the fault proxies before them, by whose they are."""
    found = {}
    for upstream in world.part(Upstreams).all():
        for what, url in (("fault proxy", upstream.address.url), ("service", upstream.address.direct)):
            found[f"{upstream.name}'s {what}"] = urlsplit(url).port or 80
    return found

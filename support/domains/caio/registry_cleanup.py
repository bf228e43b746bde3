"""Leaves registries as they were found: the suite's own empty, somebody else's without what a scenario registered."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import yaml

from support.base.outcomes import Broken, NotMet, NotVerified
from support.base.systems import System
from support.deployments import RemoteDeployment
from support.domains.caio.answer import Answer
from support.domains.caio.interface import Interface
from support.http import Exchange

SHOWN = 5
"""Names of services that a message lists before it only counts them."""

REGISTRY = "services"
"""The endpoint of a system's registry; a system that declares none has no services to remove."""

_left_behind: dict[str, set[str]] = {}
"""URL → services that a scenario of this process has registered there and that have not been removed yet."""


def emptied(interface: Interface) -> bool:
    """Remove every service; False if the registry is not empty afterwards, or the system does not answer soundly."""
    try:
        services = interface.services()
        if services.accepted:
            for entry in services.body:
                interface.remove(entry["service_id"])
            services = interface.services()
    except NotMet:
        return False
    return services.accepted and not services.body


class RegistryCleanup:
    """Removes from somebody else's registry only what scenarios have registered; remembers what it could not remove."""

    def __init__(self, system: System, deployment: RemoteDeployment) -> None:
        self._system, self._deployment = system, deployment
        self._where = deployment.public
        self._ours = _left_behind.setdefault(deployment.url, set())
        declared = system.refusals.get("rate-limited")
        self._limited = declared.status if declared else None

    def saw(self, exchange: Exchange) -> None:
        """Note what an exchange has registered, or may have."""
        if self._may_have_registered(exchange):
            self._ours.update(_id_sent(exchange))

    def arrive(self, interface: Interface) -> None:
        """See that nobody's services stand in the way, after removing what an earlier scenario had to leave behind.

        Raises NotVerified if somebody else's do, and Broken if that cannot be seen. A list that has not the shape of
        one is NotMet also here, where the suite only sets up: no answer of a sound product makes it look guilty.
        """
        if REGISTRY not in self._system.endpoints:
            return
        if trouble := self.leave(interface):
            raise Broken(f"an earlier scenario could not be cleaned up, and still cannot: {trouble}")
        held = interface.services()
        if not held.accepted:
            raise Broken(
                f"the services of {self._where} cannot be listed: {held}; "
                f"see endpoints.services and identities.admin in {self._system.path}"
            )
        if held.body:
            names = _names({str(each["service_id"]) for each in held.body})
            raise NotVerified(
                f"{self._where} holds services already ({names}); "
                "scenarios need an empty registry, and remove only what they have registered"
            )

    def leave(self, interface: Interface) -> str:
        """Remove what scenarios have registered, and nothing else; what could not be removed, in words.

        That a service is gone, or never was, is believed if the target says so of that very service, and does not list
        it any more.
        """
        if not self._ours:
            return ""
        why: dict[str, str] = {}
        for service_id in sorted(self._ours):
            try:
                answer = interface.remove(service_id)
            except Broken as error:
                return f"{self._left()}: {error}"
            except NotMet as error:
                why[service_id] = str(error)
                continue
            if not (answer.accepted or self._is_unknown(answer)):
                why[service_id] = str(answer.refusal)
        if still := self._listed(interface) & (self._ours - why.keys()):
            why |= dict.fromkeys(still, "it is said to be gone, and is listed all the same")
        self._ours.intersection_update(why)
        return self._left(why) if self._ours else ""

    def _listed(self, interface: Interface) -> set[str]:
        """The services that the target lists; none where it does not give a list."""
        try:
            held = interface.services()
        except (Broken, NotMet):
            return set()
        return {str(each["service_id"]) for each in held.body} if held.accepted else set()

    def _is_unknown(self, answer: Answer) -> bool:
        """Whether it was refused as a service that is not there; that a path is not there says nothing about it."""
        kind = "service-not-found"
        known = answer.refusal is not None and answer.refusal.kind == kind
        declared = self._system.refusals.get(kind)
        return known and declared is not None and answer.status == declared.status

    def _left(self, why: Mapping[str, str] | None = None) -> str:
        reasons = "; ".join(dict.fromkeys((why or {}).values()))
        left = f"{_names(self._ours)} could not be removed from {self._where}; remove by hand what is left"
        return f"{left} ({reasons})" if reasons else left

    def _may_have_registered(self, exchange: Exchange) -> bool:
        if REGISTRY not in self._system.endpoints:
            return False
        services = urlsplit(self._deployment.url).path + self._system.endpoint(REGISTRY)
        refused = exchange.status is not None and 400 <= exchange.status < 500
        return exchange.method == "POST" and urlsplit(exchange.url).path == services and not refused


def _id_sent(exchange: Exchange) -> set[str]:
    """The service that was sent, as far as it can be read; what the answer calls it is no reason to remove anything."""
    try:
        sent = yaml.safe_load(exchange.request_body)
    except (yaml.YAMLError, ValueError, RecursionError):
        return set()
    name = sent.get("service_id") if isinstance(sent, dict) else None
    return {str(name)} if isinstance(name, str | int | float) else set()


def _names(services: set[str]) -> str:
    shown = sorted(services)[:SHOWN]
    more = len(services) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")

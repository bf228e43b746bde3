"""Encrypted connections: the certificate that a system is given, who connects to it and how, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from hamcrest import all_of, any_of, contains_string
from hamcrest.core.matcher import Matcher

from support.base.outcomes import Broken, DeploymentFailed
from support.base.waiting import let_pass, until
from support.deployments import Authority, Issued, Preparable
from support.http.handshake import Handshake, shake
from support.subjects import deployment as lifecycle
from support.subjects.deployment import StartAttempt
from support.world.core import World


@dataclass(slots=True)
class Handshakes:
    """The handshake that a client made last."""

    last: Handshake | None = None


PROFILE = "tls"
"""The profile of ``system.yaml`` in which a system speaks TLS."""

SHORT = timedelta(seconds=10)
"""How long a certificate lasts that is to expire while the system runs: longer than any start."""

CERTIFICATES: Mapping[str, Callable[[Authority], Issued]] = {
    "that is in order": lambda authority: authority.issue(),
    "that expires while it runs": lambda authority: authority.issue(lasting=SHORT),
    "for another name": lambda authority: authority.issue("somebody-else.example"),
    "from an authority that nobody trusts": lambda _: Authority("Nobody's authority").issue(),
    "that has expired": lambda authority: authority.issue(lasting=timedelta(minutes=-1)),
    "that belongs to another key": lambda authority: Issued(authority.issue().certificate, authority.issue().key),
    "that is damaged": lambda authority: Issued(authority.issue().certificate[:200], authority.issue().key),
}
"""Certificate, in the words of Gherkin → how it is made by the run's authority."""

REASONS = {
    "it has expired": ("certificate has expired",),
    "it is for another name": ("IP address mismatch", "Hostname mismatch", "doesn't match"),
    "nobody trusts who issued it": ("unable to get local issuer certificate", "self-signed certificate"),
}
"""Reason, in the words of Gherkin → what the client's TLS library says of such a certificate."""


def refused_because(reason: str) -> Matcher[str]:
    """What a client's library says when it refuses a certificate for this reason. Raises Broken for an unknown one."""
    if reason not in REASONS:
        raise Broken(f"nothing is known of the reason {reason!r}; there are: {', '.join(REASONS)}")
    return all_of(contains_string("CERTIFICATE_VERIFY_FAILED"), any_of(*map(contains_string, REASONS[reason])))


def run_with(world: World, certificate: str) -> None:
    """Have a system of the scenario's own running with a certificate; whether clients accept it is seen afterwards."""
    deployment = _prepared(world, certificate)
    given = time.monotonic()
    deployment.launch()
    answers = lambda: not deployment.running or shake(deployment.url, deployment.authority).answered  # noqa: E731
    until(answers, world.settings.timeouts.start, f"{world.system.says} to answer at {deployment.url}")
    if not deployment.running:
        raise DeploymentFailed(f"{world.system.says} did not start:\n{deployment.logs()}")
    if certificate == "that expires while it runs":
        left = SHORT.total_seconds() + 1 - (time.monotonic() - given)
        let_pass(max(0.0, left), "the certificate is to expire")
    world.meet()


def try_start_with(world: World, certificate: str) -> None:
    """Start a system with a certificate that it may refuse, and wait until it is ready or has ended."""
    deployment = _prepared(world, certificate)
    try:
        deployment.start()
    except DeploymentFailed:
        world.part(StartAttempt).result = lifecycle.Start(False, deployment.exit_code, deployment.logs())
    else:
        world.meet()
        world.part(StartAttempt).result = lifecycle.Start(True, None, deployment.logs())


def connect(world: World, protocol: str = "") -> Handshake:
    """Have a client connect that verifies certificates and speaks what is usual, or one protocol only."""
    made = shake(world.deployment.url, world.deployment.authority, protocol, world.settings.timeouts.http)
    world.show("handshake", str(made))
    return made


def call(world: World) -> None:
    """Have a user call over an encrypted connection."""
    world.exchanges.append(world.http.get(world.endpoint("live")))


def call_plainly(world: World) -> None:
    """Have a user call the same port without any encryption."""
    plain = world.client_for(urlsplit(world.deployment.url)._replace(scheme="http").geturl())
    world.exchanges.append(plain.get(world.endpoint("live")))


def _prepared(world: World, certificate: str) -> Preparable:
    if certificate not in CERTIFICATES:
        raise Broken(f"nothing is known of a certificate {certificate!r}; there are: {', '.join(CERTIFICATES)}")
    deployment = world.begin(PROFILE)
    CERTIFICATES[certificate](world.authority).write(deployment.files)
    return deployment

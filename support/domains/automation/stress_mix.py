"""The stress mix: what the source's users did, each route with its share of their requests, and the plans of it.

``-D load.scale`` says how long it lasts: 1 is eight seconds, 75 the source's ten minutes, 450 the hour, for which
there are ten times as many users.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from support.base.outcomes import Broken, UsageError
from support.domains.automation import api, leads, sessions, workflows
from support.load import numbers
from support.load.plan import Call, LoadPlan, Stage
from support.world.core import World

SECONDS, HOUR = 8.0, 450.0
"""How long it lasts at a scale of 1, and the scale at which it lasts an hour."""
IN_AN_HOUR = 10
"""How many times as many users an hour has."""
THINK = (0.5, 1.5)
"""Seconds between the answer to a user's request and its next one."""
PATIENCE = 60.0
INTENDED = "an intended miss"
MISSING = "a route that is missing"
BAD = "a bad lead"
NO_ROUTE = "nonexistent"


def calls(world: World) -> tuple[Call, ...]:
    """Every route of the mix. Weights are the requests of the source's run with four workers; two identities call."""
    lead = leads.create(world, {"first_name": "Stress", "email": "stress@example.org"}, api.ADMIN)
    run = workflows.trigger(world, workflows.QUICK, api.ADMIN).id
    campaign = workflows.create_campaign(world, api.ADMIN)
    log_in = {"username": "admin", "password": sessions.password_of(world, "admin")}
    new = {"first_name": f"Load {numbers.MARK}", "email": f"load{numbers.MARK}@example.org", "source": "stress"}
    return (
        _call(world, "POST", "login", 50, log_in),
        _call(world, "GET", "me", 172, who=api.COLLEAGUE),
        _call(world, "GET", "keys", 47, who=api.COLLEAGUE),
        _call(world, "GET", "campaigns", 159),
        _call(world, "POST", "campaigns", 50, {"opened": 1}, f"/{campaign}/metrics", "/{id}/metrics"),
        _call(world, "GET", "leads", 470, below="?page_size=20", says=""),
        _call(world, "POST", "leads", 164, new, who=api.COLLEAGUE),
        _call(world, "GET", "leads", 126, below=f"/{lead.id}", says="/{id}", contains=(lead.id,)),
        _call(world, "POST", "workflows", 597, workflows.QUICK, who=api.COLLEAGUE),
        _call(world, "GET", "workflows", 243, below=f"/{run}/status", says="/{id}/status", contains=(run,)),
        _call(world, "GET", "docs", 120),
        _call(world, "GET", "health", 286),
        _call(world, "GET", "detailed-health", 125),
        _call(world, "GET", "figures", 53),
        _call(world, "GET", "openapi", 38),
        intended_miss(world, 39),
    )


def intended_miss(world: World, weight: int = 1) -> Call:
    """The route that nobody promised; only a refusal as not found is right."""
    refused = world.system.refusal("not-found").status
    path = world.endpoint("protected").rpartition("/")[0] + f"/{NO_ROUTE}"
    return Call(name=f"GET {path} ({INTENDED})", path=path, headers=_headers(world), expects=refused, weight=weight)


def told_apart(world: World) -> tuple[Call, ...]:
    """Three calls that all get an answer above 400: two that should not, and an intended miss."""
    missing = world.endpoint("protected").rpartition("/")[0] + "/campaign"
    return (
        _call(world, "POST", "leads", 1, {"email": "not-an-email"}, name=BAD),
        Call(name=MISSING, path=missing, headers=_headers(world)),
        intended_miss(world),
    )


def users_of(scale: float, users: int) -> int:
    """How many users there are: as many as said, and ten times as many from an hour on."""
    return users * IN_AN_HOUR if scale >= HOUR else users


def plan(world: World, users: int, spawn: int, name: str = "stress mix") -> LoadPlan:
    """The mix by so many users, of whom ``spawn`` more begin each second."""
    scale = world.settings.load.scale
    most = users_of(scale, users)
    growing = [Stage(seconds=1.0, users=begun) for begun in range(spawn, most, spawn)]
    stages = (*growing, Stage(seconds=SECONDS * scale, users=most))
    return plan_of(world, f"{name} by {most} users", calls(world), stages=stages, think=THINK)


def counted_plan(world: World, name: str, sent: tuple[Call, ...], requests: int, users: int = 4) -> LoadPlan:
    """So many requests of some calls, without a pause."""
    return plan_of(world, name, sent, users=users, requests=requests)


def check_password(world: World, password: str) -> None:
    """See that the log-in of the load is right before it begins. Raises UsageError, which says what is wrong."""
    answer = sessions.log_in(world, "admin", password)
    if answer.status == world.system.refusal("unauthenticated").status:
        raise UsageError(
            f"the stress mix was not begun: the log-in as 'admin' is refused ({answer}), so the password that it was "
            "given is wrong; every request would have failed"
        )
    if not answer.ok:
        raise Broken(f"the stress mix was not begun: the log-in as 'admin' failed: {answer}")


def plan_of(world: World, name: str, sent: tuple[Call, ...], **how: object) -> LoadPlan:
    """A load of these calls on the system that runs."""
    authority = world.deployment.authority
    given = {"name": name, "url": world.deployment.url, "authority": authority, "calls": sent, "timeout": PATIENCE}
    return LoadPlan.model_validate({**given, **how})


def _call(
    world: World,
    method: str,
    endpoint: str,
    weight: int,
    body: Mapping[str, Any] | None = None,
    below: str = "",
    says: str | None = None,
    contains: tuple[str, ...] = (),
    name: str = "",
    who: str = api.ADMIN,
) -> Call:
    path = world.endpoint(endpoint)
    return Call(
        name=name or f"{method} {path}{below if says is None else says}",
        method=method,
        path=path + below,
        body=None if body is None else json.dumps(body).encode(),
        headers=_headers(world, who),
        contains=contains,
        weight=weight,
    )


def _headers(world: World, who: str = api.ADMIN) -> dict[str, str]:
    token = world.system.token(who)
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

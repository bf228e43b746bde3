"""Log-ins, the passes that they gave, and the API keys that callers made in one scenario."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.base.outcomes import Broken
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api, passes
from support.http import Exchange, HttpClient
from support.subjects import auth, deployment
from support.world.core import World, last

PASSWORDS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "(of admin)": ("admin", str),
    "(and more)": ("admin", lambda text: f"{text}x"),
    "(capitals)": ("admin", str.upper),
}
"""Passwords that Gherkin does not write out → whose it is made of, and how."""
DEFAULT_PASSWORD = "admin123"
"""The administrator's where none is configured: the source gives it to everybody who tries the orchestrator."""
LARGEST_FILE = 50_000_000
OPEN = ("health", "docs", "redoc", "openapi", "login")
"""The endpoints that are open to everybody."""
APART = 20
"""Requests over connections of their own, after which each of four workers was met but once in three hundred times."""
PASSING = ("request_id", "instance", "timestamp")
"""Fields of a refusal that differ from one request to the next."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key: the id by which it is listed, and the key itself, which is shown once."""

    id: str
    value: str
    owner: str


@dataclass(slots=True)
class Sessions:
    """What was logged in with, in order, and the keys that were made."""

    log_ins: list[Exchange] = field(default_factory=list)
    keys: list[ApiKey] = field(default_factory=list)

    @property
    def log_in(self) -> Exchange:
        """The last log-in. Raises Broken before there was one."""
        return last(self.log_ins, "nobody has logged in yet")

    @property
    def key(self) -> ApiKey:
        """The last API key. Raises Broken before there is one."""
        return last(self.keys, "nobody has made an API key yet")


def password_of(world: World, name: str) -> str:
    """The password that the configuration gives a user."""
    given = _auth(world)
    if name == api.ADMIN:
        return str(given.get("admin_password", DEFAULT_PASSWORD))
    return next(str(each["password"]) for each in given["users"] if each["username"] == name)


def log_in(world: World, name: str, password: str | None = None, **more: str) -> Exchange:
    """Log in with a password, the right one if none is given; remembered as the last log-in."""
    if password in PASSWORDS:
        owner, change = PASSWORDS[password]
        password = change(password_of(world, owner))
    told = password_of(world, name) if password is None else password
    answer = api.act(world, None, "POST", "login", json={"username": name, "password": told, **more})
    world.part(Sessions).log_ins.append(answer)
    return answer


def make_user(world: World) -> tuple[str, str]:
    """Have an administrator make a user of the own tenant; name and password."""
    name, password = f"new-{uuid.uuid4().hex[:8]}", f"password-of-{uuid.uuid4().hex[:8]}"
    api.done(api.call(world, api.ADMIN, "POST", "users", json={"username": name, "password": password}))
    return name, password


def disable(world: World) -> None:
    """Have an administrator disable whoever logged in last."""
    name = world.part(Sessions).log_in.request_json()["username"]
    api.done(api.call(world, api.ADMIN, "PUT", "users", f"/{name}", json={"disabled": True}))


def pass_of(log_in: Exchange) -> str:
    """The pass that a log-in gave. Raises NotMet if it gave none."""
    return shapes.read(api.done(log_in), str, "access_token")


def passes_in(answer: Exchange) -> list[str]:
    """Whatever in an answer looks like a pass."""
    return [word for word in answer.text.replace('"', " ").split() if word.count(".") == 2 and word.startswith("ey")]


def differences(world: World) -> list[str]:
    """What tells the answers to the last two log-ins apart, or that one of them was let in."""
    one, other = enough(world.part(Sessions).log_ins, "log-ins", 2)[-2:]
    said = [(each.status, _lasting(each)) for each in (one, other)]
    let_in = [str(each) for each in (one, other) if each.ok]
    return let_in + ([f"{said[0]} and {said[1]}"] if said[0] != said[1] else [])


def backups_opened(world: World) -> list[str]:
    """The backups that the pass of the last log-in lists; none where there is no such pass."""
    log_in = world.part(Sessions).log_in
    if not log_in.ok:
        return []
    answer = world.http.get(world.endpoint("backups"), token=pass_of(log_in))
    return [str(answer)] if answer.ok else []


def call_closed_routes(world: World, says: str) -> None:
    """Have a caller call each route of the API description that is not declared as open."""
    described = shapes.read(world.http.get(world.endpoint("openapi")).json(), dict[str, shapes.Object], "paths")
    opened = {world.endpoint(name) for name in OPEN}
    routes = {path: [each for each in methods if each in auth.METHODS] for path, methods in described.items()}
    routes |= {path: ["get"] for path in world.system.endpoints.values() if path not in routes}
    for path, methods in routes.items():
        for method in methods if path not in opened else ():
            auth.call(world, says, method.upper(), re.sub(r"{[^}]*}", auth.A_NAME, path))


def parts_shown(world: World, answer: Exchange) -> list[str]:
    """What of the last API key stands in an answer: the key, or the half of it that is no public prefix."""
    value = world.part(Sessions).key.value
    return [part for part in (value, value[len(value) // 2 :]) if part in enough(answer.text, "words in the answer")]


def forged(world: World, how: str) -> str:
    """A pass of the user with something said of it, made from one that a log-in gave."""
    real = pass_of(world.part(Sessions).log_ins[-1] if world.part(Sessions).log_ins else _quiet_log_in(world))
    return passes.forged(passes.read(real, _auth(world)["jwt_secret"]), how)


def make_key(world: World, who: str) -> ApiKey:
    """Have an identity make an API key."""
    answer = api.act(world, who, "POST", "keys", json={"name": "made by the suite"})
    made = api.done(answer)
    found = ApiKey(str(shapes.read(made, str, "id")), shapes.read(made, str, "key"), who)
    world.part(Sessions).keys.append(found)
    return found


def revoke_key(world: World) -> None:
    """Have its owner revoke the last API key."""
    key = world.part(Sessions).key
    answer = api.call(world, key.owner, "DELETE", "keys", f"/{key.id}")
    if not answer.ok:
        api.done(answer)


def by_key(world: World, endpoint: str, change: str = "") -> Exchange:
    """Call an endpoint with the last API key, or with what Gherkin says was made of it."""
    value = world.part(Sessions).key.value
    changed = {"": value, "without its last letter": value[:-1], "in capital letters": value.upper()}
    if change == "as a bearer token":
        headers = {"Authorization": f"Bearer {value}"}
    elif change in changed:
        headers = {api.KEY_HEADER: changed[change]}
    else:
        raise Broken(f"nothing is known of an API key {change!r}")
    return api.act(world, None, "GET", endpoint, headers=headers)


def listed_keys(answer: Exchange) -> list[str]:
    """The ids in a list of API keys."""
    listed = answer.json()
    entries = listed if isinstance(listed, list) else shapes.read(listed, list[shapes.Object], "keys")
    return [str(shapes.read(each, str, "id")) for each in entries]


def holding(world: World, secret: str) -> list[str]:
    """The files of the system that hold a text."""
    files = [path for path in _data(world).rglob("*") if path.is_file() and path.stat().st_size < LARGEST_FILE]
    return [path.name for path in enough(files, "files of the system") if secret.encode() in path.read_bytes()]


def listing(world: World, headers: dict[str, str], count: int) -> list[Exchange]:
    """List the leads so often with these headers, each time over a connection of its own."""

    def send(client: HttpClient, _: int) -> Exchange:
        return client.get(world.endpoint("leads"), headers=headers)

    world.exchanges.extend(answers := api.apart(world, count, send))
    return answers


def shown(world: World, holder: str) -> dict[str, str]:
    """What the holder of the last pass or API key shows."""
    if holder == "the pass":
        return {"Authorization": f"Bearer {pass_of(world.part(Sessions).log_in)}"}
    return {api.KEY_HEADER: world.part(Sessions).key.value}


def unlike(world: World, outcome: str) -> list[str]:
    """The requests of the last step that came to something else, and to what."""
    answers = enough(world.exchanges, "requests", APART)[-APART:]
    seen = zip(answers, auth.outcomes(world, answers, outcome), strict=True)
    return [f"{answer}: {became}" for answer, became in seen if became != outcome]


def _lasting(answer: Exchange) -> dict[str, Any]:
    told = shapes.read(answer.json(), shapes.Object)
    return {name: value for name, value in told.items() if name not in PASSING}


def _quiet_log_in(world: World) -> Exchange:
    return api.call(world, None, "POST", "login", json={"username": "user", "password": password_of(world, "user")})


def _auth(world: World) -> dict[str, Any]:
    """The section of the configuration file that names users and secrets."""
    written = json.loads(deployment.files(world)["config"].read_text(encoding="utf-8"))
    return shapes.read(written, shapes.Object, "auth")


def _data(world: World) -> Path:
    return deployment.files(world)["database"].parent

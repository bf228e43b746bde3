"""The image holds all that the orchestrator imports, and nothing else, as the checkout has it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.base.settings import ROOT

DIRECT = (
    *("anyio", "argon2-cffi", "dramatiq", "fakeredis[lua]", "fastapi", "httptools", "httpx", "limits", "orjson"),
    *(
        "prometheus_client",
        "pydantic",
        "pydantic-settings",
        "PyJWT",
        "redis",
        "starlette",
        "structlog",
        "uvicorn",
        "uvloop",
    ),
)
"""What the package and the chassis import, and what uvicorn runs on."""

IMAGE = {"python_version": "3.11", "python_full_version": "3.11.2"}
"""That of Debian 12, on which images are built."""


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    found = [line.partition("==") for line in lines if "==" in line and not line.startswith("#")]
    return {canonicalize_name(package): version for package, _, version in found}


def needed(requirement: str, seen: set[str]) -> Iterator[str]:
    if requirement in seen:
        return
    seen.add(requirement)
    wanted = Requirement(requirement)
    yield canonicalize_name(wanted.name)
    for each in map(Requirement, requires(wanted.name) or []):
        extras = wanted.extras or {""}
        if each.marker is None or any(each.marker.evaluate({**IMAGE, "extra": extra}) for extra in extras):
            yield from needed(f"{each.name}[{','.join(sorted(each.extras))}]" if each.extras else each.name, seen)


def test_the_image_has_all_that_is_needed_and_no_more() -> None:
    seen: set[str] = set()
    assert {name for direct in DIRECT for name in needed(direct, seen)} == set(
        pins("systems/automation/requirements.txt")
    )


def test_versions_are_those_of_the_checkout() -> None:
    own = pins("systems/automation/requirements.txt")
    for other in ("requirements.txt", "requirements-stores.txt"):
        same = {name: version for name, version in pins(other).items() if name in own}
        assert {name: own[name] for name in same} == same

"""The image holds all that the sidecar imports, and nothing else, as the checkout has it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.base.settings import ROOT

OWN = "systems/sidecar/requirements.txt"

DIRECT = (
    *("aiohttp", "anyio", "dramatiq", "email-validator", "fastapi", "fastjsonschema", "httptools", "numpy", "orjson"),
    *("phonenumberslite", "PyYAML", "prometheus_client", "pydantic", "pydantic-settings", "python-stdnum", "redis"),
    *("safetensors", "starlette", "structlog", "tokenizers", "uvicorn", "uvloop", "wordllama"),
)
"""What the package and the chassis import, and what uvicorn runs on."""

FILES_ONLY = frozenset({"tokenizers", "wordllama"})
"""Of which what they need is not needed here: two files are read, and no hub is asked."""

IMAGE = {"python_version": "3.11", "python_full_version": "3.11.2", "sys_platform": "linux"}
"""That of Debian 12, on which images are built."""


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [line.partition("==") for line in lines if "==" in line and not line.startswith("#")]
    return {canonicalize_name(package): version for package, _, version in found}


def needed(requirement: str, seen: set[str]) -> Iterator[str]:
    if requirement in seen:
        return
    seen.add(requirement)
    wanted = Requirement(requirement)
    yield canonicalize_name(wanted.name)
    for each in map(Requirement, requires(wanted.name) or [] if wanted.name not in FILES_ONLY else []):
        extras = wanted.extras or {""}
        if each.marker is None or any(each.marker.evaluate({**IMAGE, "extra": extra}) for extra in extras):
            yield from needed(f"{each.name}[{','.join(sorted(each.extras))}]" if each.extras else each.name, seen)


def test_the_image_has_all_that_is_needed_and_no_more() -> None:
    seen: set[str] = set()
    assert {name for direct in DIRECT for name in needed(direct, seen)} == set(pins(OWN))


def test_versions_are_those_of_the_checkout() -> None:
    own = pins(OWN)
    for other in ("requirements.txt", "requirements-stores.txt", "systems/automation/requirements.txt"):
        theirs = pins(other)
        assert {name: own[name] for name in own.keys() & theirs} == {name: theirs[name] for name in own.keys() & theirs}

"""Rules for Python sources: which way imports point, who may import what, and where waiting is done."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from support.lint.step_functions import imports
from support.lint.tree import Finding, Source, Tree

WAITING = "support/base/waiting.py"
SLEEPS = ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")
DELAYS = ("support/faults/", "support/upstreams/")
"""Where asyncio may sleep too: there a delay is not waiting, it is the fault itself."""

SYSTEM_PACKAGES = ("caio", "chassis", "backends", "gateway")
TOOLS = (
    "acceptance",
    "browsers",
    "checks",
    "deployments",
    "evidence",
    "faults",
    "history",
    "http",
    "load",
    "model",
    "requirements",
    "signing",
    "upstreams",
)
"""Rooms that do one thing each; none knows the scenario."""
COMMAND = ("__main__", "cli", "comparison", "doctor", "run", "lint", "scaffold", "sidecar_e2e")
"""The parts of support/ behind the `signoff` command; nothing else may import them."""
LAYERS = ("base", "tools", "world", "subjects", "domains", "steps")
"""What may import what stands before it, and nothing that stands after it."""
BETWEEN_TOOLS = {
    ("browsers", "deployments"),
    ("faults", "deployments"),
    ("load", "deployments"),
    ("upstreams", "deployments"),
    ("upstreams", "faults"),
    ("checks", "load"),
    ("history", "acceptance"),
    ("signing", "acceptance"),
    ("signing", "history"),
}
"""The only tools that may import another."""
HIDDEN_FROM_STEPS = (
    "acceptance",
    "browsers",
    "deployments",
    "evidence",
    "history",
    "http",
    "load",
    "requirements",
    "signing",
)
"""What steps reach through the world alone."""
SINGLE_IMPORTERS = {
    "docker": "support/deployments/containers/sdk.py",
    "playwright": "support/browsers/driver.py",
    "psutil": "support/deployments/processes.py",
    "locust": "support/load/engine.py",
    "geventhttpclient": "support/load/engine.py",
    "hdrh": "support/load/histogram.py",
    "allure": "support/evidence/allure_formatter.py",
    "allure_commons": "support/evidence/allure_formatter.py",
    "allure_behave": "support/evidence/allure_formatter.py",
}


def sleeps(tree: Tree) -> Iterator[Finding]:
    """A sleep outside the one module that waits."""
    for source in tree.sources:
        if source.path == WAITING or source.path.startswith("systems/"):
            continue
        names = _sleep_names(source) - ({"asyncio.sleep"} if source.path.startswith(DELAYS) else set())
        for node in ast.walk(source.module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
                yield Finding(
                    source.path, node.lineno, "sleep", f"only {WAITING} sleeps: use until() or consistently()"
                )


def arrows(tree: Tree) -> Iterator[Finding]:
    """An import against the arrows: steps → domains → subjects → world → tools → base; systems apart from the suite."""
    for source in tree.sources:
        for target, line in imports(source):
            problem = _against(source.path, target)
            if problem:
                yield Finding(source.path, line, "import-arrow", problem)


def single_importers(tree: Tree) -> Iterator[Finding]:
    """A library that one module alone may import, imported elsewhere."""
    for source in tree.sources:
        for target, line in imports(source):
            owner = SINGLE_IMPORTERS.get(target.partition(".")[0])
            if owner is not None and source.path != owner:
                yield Finding(source.path, line, "single-importer", f"only {owner} imports {target.partition('.')[0]}")


def _against(path: str, target: str) -> str:
    """Why a file may not import a module; empty when it may."""
    head, _, rest = target.partition(".")
    if path.startswith("systems/"):
        return "systems/ never imports the suite" if head in ("support", "steps") else ""
    if head in SYSTEM_PACKAGES:
        return "the suite meets a system over its public interfaces alone, and never imports it"
    if head == "steps" and path != "environment.py":
        return "" if path.startswith("steps/") else "support/ never imports steps"
    if head != "support" or not rest or path == "environment.py":
        return ""
    return _within(path, rest.split("."))


def _within(path: str, target: Sequence[str]) -> str:
    room, source = target[0], _room(path)
    if room in COMMAND:
        return "" if source in COMMAND else f"only the command imports support.{room}"
    if source in COMMAND:
        return "" if room in ("base", *TOOLS) else f"the command never imports the scenario's support.{room}"
    here, there = LAYERS.index(_layer(source)), LAYERS.index(_layer(room))
    if here < there:
        return f"{source} never imports support.{room}: {' → '.join(reversed(LAYERS))}"
    if source == "steps" and room in HIDDEN_FROM_STEPS:
        return f"steps reach support.{room} through the world alone"
    if source == room == "domains" and (mine := path.split("/")[2]) != (other := ".".join(target[1:2])) and other:
        return f"the domain {mine} never imports another, {other}"
    if source == room or here != there or (source, room) in BETWEEN_TOOLS:
        return ""
    return f"tools do not import each other: support/{source} imports support.{room}"


def _room(path: str) -> str:
    """The room that a file belongs to: ``support/http/client.py`` → ``http``, ``steps/auth.py`` → ``steps``."""
    return "steps" if path.startswith("steps/") else path.removeprefix("support/").partition("/")[0].removesuffix(".py")


def _layer(room: str) -> str:
    """The layer of a room; what belongs to none is taken for a tool."""
    return room if room in LAYERS else "tools"


def _sleep_names(source: Source) -> set[str]:
    """What a sleep is called in a source: ``time.sleep``, or ``nap`` after an import under that name."""
    names = set(SLEEPS)
    for node in ast.walk(source.module):
        if isinstance(node, ast.ImportFrom):
            full = {f"{node.module}.{alias.name}": alias.asname or alias.name for alias in node.names}
            names |= {local for name, local in full.items() if name in SLEEPS}
        elif isinstance(node, ast.Import):
            aliases = [alias for alias in node.names if alias.asname]
            names |= {f"{alias.asname}.sleep" for alias in aliases if f"{alias.name}.sleep" in SLEEPS}
    return names

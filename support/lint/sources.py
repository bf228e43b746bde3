"""Rules for Python sources: which way imports point, who may import what, and where waiting is done."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from support.lint.step_functions import imports
from support.lint.tree import Finding, Source, Tree

WAITING = "support/waiting.py"
SLEEPS = ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")
DELAYS = "support/faults/"
"""Where asyncio may sleep too: there a delay is not waiting, it is the fault itself."""

SYSTEM_PACKAGES = ("caio", "chassis", "backends")
BASE = (
    "addresses",
    "checklists",
    "empty_scenarios",
    "clock",
    "feature_files",
    "gherkin_reference",
    "keywords",
    "outcomes",
    "placeholders",
    "scenarios",
    "settings",
    "streams",
    "systems",
    "text",
    "waiting",
    "yaml_lines",
)
"""Modules that everything may import and that import nothing but each other."""
ROOMS = (
    "acceptance",
    "browsers",
    "checks",
    "deployments",
    "evidence",
    "faults",
    "history",
    "http",
    "interfaces",
    "load",
    "requirements",
    "signing",
)
COMMAND = ("__main__", "cli", "doctor", "run", "lint", "sentences")
"""The parts of support/ behind the `signoff` command; nothing else may import them."""
BETWEEN_ROOMS = {
    ("browsers", "deployments"),
    ("faults", "deployments"),
    ("interfaces", "http"),
    ("load", "deployments"),
    ("checks", "interfaces"),
    ("checks", "load"),
    ("history", "acceptance"),
    ("signing", "acceptance"),
}
"""The only rooms that may import another."""
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
    *COMMAND,
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
    """An import against the arrows: steps → world → rooms → base, and systems apart from the suite.

    Whatever stands directly in support/ and is neither base nor command is part of the world, which joins the rooms.
    """
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
    return _within(_layer(path), rest.partition(".")[0], path)


def _within(source: str, target: str, path: str) -> str:
    if path.startswith("steps/"):
        return f"steps reach support.{target} through the world alone" if target in HIDDEN_FROM_STEPS else ""
    joins = target not in (*BASE, *ROOMS, *COMMAND)
    if source in COMMAND:
        return f"the command never imports the world, and support.{target} is part of it" if joins else ""
    if target in COMMAND:
        return f"only the command imports support.{target}"
    if source in BASE:
        return "" if target in BASE else f"support.{source} is a base and imports support.{target}"
    if source not in ROOMS or target in BASE or source == target:
        return ""
    if target in ROOMS:
        allowed = (source, target) in BETWEEN_ROOMS
        return "" if allowed else f"rooms do not import each other: support/{source} imports support.{target}"
    return f"support/{source} imports support.{target}, which joins the rooms"


def _layer(path: str) -> str:
    """The part of support/ that a file belongs to: ``support/http/client.py`` → ``http``."""
    return path.removeprefix("support/").partition("/")[0].removesuffix(".py")


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

"""The rule that no modules import each other in a circle, those imports counted that only types need."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from support.lint.step_functions import imports
from support.lint.tree import Finding, Source, Tree


def import_cycles(tree: Tree) -> Iterator[Finding]:
    """The first circle of imports that is found; the next one shows once this one is opened."""
    modules = {module_name(source.path): source for source in tree.sources}
    try:
        TopologicalSorter({name: set(imported(source, modules)) for name, source in modules.items()}).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        first, second = modules[circle[0]], circle[1]
        message = f"modules import each other: {' → '.join(circle)}; move what both need into a third one"
        yield Finding(first.path, imported(first, modules)[second], "import-cycle", message)


def imported(source: Source, modules: dict[str, Source]) -> dict[str, int]:
    """The modules that a source imports, each with a line; a package only where a name of its own is taken from it."""
    found = imports(source)
    return {
        name: line
        for name, line in found
        if name in modules
        and modules[name] is not source
        and not _only_modules([other for other, at in found if at == line and other.startswith(f"{name}.")], modules)
    }


def module_name(path: str) -> str:
    """How a source is imported: ``systems/caio/caio/api/__init__.py`` → ``caio.api``."""
    parts = path.removesuffix(".py").split("/")
    parts = parts[2:] if parts[0] == "systems" and len(parts) > 2 else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _only_modules(names: list[str], modules: dict[str, Source]) -> bool:
    """Whether an import takes nothing from a package but modules in it."""
    return bool(names) and all(name in modules for name in names)

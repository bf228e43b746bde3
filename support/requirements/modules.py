"""The suite's own sources as syntax trees, parsed when they are first asked for, and what names in them stand for."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from support.base.places import SOURCES

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True, eq=False)
class Module:
    """One module: its functions, classes and values by name, and where its imported names come from."""

    name: str
    path: Path
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Local name → module, and the name in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A function, class or value and the module that defines it."""

    module: Module
    node: Function | ast.ClassDef | ast.expr


class Modules:
    """Every module of ``support``, and modules of steps by their path."""

    def __init__(self) -> None:
        self._read: dict[Path, Module] = {}
        self._named: dict[str, Module | None] = {}

    def at(self, path: Path) -> Module:
        """The module of a file."""
        if path not in self._read:
            self._read[path] = _parsed(path)
        return self._read[path]

    def named(self, name: str) -> Module | None:
        """A module by its dotted name; None for one that is not the suite's own."""
        if name.partition(".")[0] != "support":
            return None
        if name not in self._named:
            self._named[name] = self._found(name)
        return self._named[name]

    def _found(self, name: str) -> Module | None:
        base = SOURCES.joinpath(*name.split("."))
        found = (path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file())
        path = next(found, None)
        return self.at(path) if path else None

    def find(self, module: Module, name: str) -> Symbol | Module | None:
        """What a name stands for in a module, wherever it was imported from; None if it is not the suite's own."""
        for known in (module.functions, module.classes, module.values):
            if name in known:
                return Symbol(module, known[name])
        if name not in module.imports:
            return None
        source, original = module.imports[name]
        target = self.named(source)
        found = self.find(target, original) if target and target is not module else None
        return found or self.named(f"{source}.{original}")


def _parsed(path: Path) -> Module:
    relative = path.relative_to(SOURCES) if path.is_relative_to(SOURCES) else Path("steps", path.name)
    module = Module(".".join(relative.with_suffix("").parts).removesuffix(".__init__"), path)
    tree = ast.parse(path.read_bytes(), str(path))
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                module.functions[node.name] = node
            case ast.ClassDef():
                module.classes[node.name] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                module.values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                module.values[name] = value
    for node in [*tree.body, *(inner for block in tree.body if isinstance(block, ast.If) for inner in block.body)]:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            module.imports |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return module

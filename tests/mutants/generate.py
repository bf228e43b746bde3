"""Mutants of a Python file: where mutmut's operators apply, and the source that one of them makes.

Left out is what no promise can be about: type annotations and what stands under ``TYPE_CHECKING``, docstrings,
``__repr__``, the options of ``@dataclass``, the text of log messages, and prose (strings with a space between words).
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from support.base.systems import SYSTEMS

LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
UNCHANGED_CALLS = frozenset({"len", "isinstance", "cast"})
"""Functions whose arguments nobody mistakes; mutmut leaves the first two alone as well."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file. ``module`` is its path below the packages, ``before`` and ``after`` the changed text."""

    module: str
    line: int
    column: int
    operator: str
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """What tells it from all others of the same code."""
        return f"{self.module}:{self.line}:{self.column}:{self.operator}:{self.after}"

    @property
    def place(self) -> str:
        return f"{self.module}:{self.line}"


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a file where one operator applies, with all that it makes of it."""

    module: str
    line: int
    column: int
    operator: str
    text: str
    tree: cst.Module
    node: cst.CSTNode
    changed: tuple[cst.CSTNode, ...]

    def mutant(self, which: int) -> Mutant | None:
        """The mutant made by one of the changes; None if that is no Python, or changes nothing."""
        source = self.tree.deep_replace(self.node, self.changed[which]).code  # type: ignore[attr-defined]
        try:
            if ast.dump(ast.parse(source)) == ast.dump(ast.parse(self.text)):
                return None
        except SyntaxError:
            return None
        before, after = _difference(self.text, source)
        return Mutant(self.module, self.line, self.column, self.operator, before, after, source)


def packages(system: str) -> tuple[Path, ...]:
    """The packages of a reference system: its own, and the plumbing that all share."""
    return SYSTEMS / system / system, SYSTEMS / "chassis" / "chassis"


def sites(folders: Sequence[Path]) -> list[Site]:
    """All places in the packages' files, in their order."""
    files = [(folder, path) for folder in folders for path in sorted(folder.rglob("*.py"))]
    return [
        site
        for folder, path in files
        for site in sites_in(path.relative_to(folder.parent).as_posix(), path.read_text(encoding="utf-8"))
    ]


def sites_in(module: str, text: str) -> list[Site]:
    """All places in one file."""
    wrapper = MetadataWrapper(cst.parse_module(text))
    finder = _Finder(module, text, wrapper.module)
    wrapper.visit(finder)
    return finder.found


class _Finder(cst.CSTVisitor):
    """Gathers the sites of a file, going around what is left out."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, module: str, text: str, tree: cst.Module) -> None:
        super().__init__()
        self._module, self._text, self._tree = module, text, tree
        self.found: list[Site] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _left_out(node):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                changed = tuple(each for each in operator(node) if not _of_log_text(node, each))
                if changed:
                    at = self.get_metadata(PositionProvider, node).start
                    name = operator.__name__.removeprefix("operator_")
                    place = self._module, at.line, at.column, name
                    self.found.append(Site(*place, self._text, self._tree, node, changed))
        return True


def _left_out(node: cst.CSTNode) -> bool:
    match node:
        case cst.Annotation():
            return True
        case cst.FunctionDef(name=cst.Name("__repr__")):
            return True
        case cst.If(test=cst.Name("TYPE_CHECKING")):
            return True
        case cst.Decorator(decorator=cst.Call(func=cst.Name("dataclass"))):
            return True
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.SimpleString():
            return len(node.raw_value.split()) > 1
        case cst.Call(func=cst.Attribute(attr=cst.Name(name)), args=[cst.Arg(value=cst.SimpleString()), *_]):
            return name in LOGGING and len(node.args) == 1
        case _:
            return False


def _of_log_text(node: cst.CSTNode, changed: cst.CSTNode) -> bool:
    """Whether a change is of a log message's text, or of arguments that are left alone."""
    if not isinstance(node, cst.Call) or not isinstance(changed, cst.Call):
        return False
    if isinstance(node.func, cst.Name) and node.func.value in UNCHANGED_CALLS:
        return True
    logs = isinstance(node.func, cst.Attribute) and node.func.attr.value in LOGGING and bool(node.args)
    return logs and (not changed.args or changed.args[0] is not node.args[0])


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines that went and those that came, each as one line."""
    changes = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    gone, came = (" ".join(line[2:].strip() for line in changes if line.startswith(sign)) for sign in ("- ", "+ "))
    return gone, came


def statement_lines(text: str, line: int) -> range:
    """The lines of the statement in which a line stands; of a compound one only those of its header."""
    innermost = range(line, line + 1)
    for first, last in _spans(ast.parse(text)):
        if first <= line <= last:
            innermost = range(first, last + 1)
    return innermost


def _spans(tree: ast.AST) -> Iterator[tuple[int, int]]:
    """First and last line of each statement's own part, outer ones before inner ones."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
            body = getattr(node, "body", None) or getattr(node, "cases", None)
            if not body:
                yield first, node.end_lineno or node.lineno
            else:
                start = body[0].lineno if isinstance(body[0], ast.stmt) else body[0].pattern.lineno
                yield first, max(node.lineno, start - 1)
        yield from _spans(node)

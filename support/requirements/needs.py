"""What of a definition a function reads, in itself and in all that it calls, found in the code that does it.

Nothing is declared beside the code, so nothing can drift from it: ``system.endpoint("route")`` is the declaration. What
a function is given by its caller is followed to the step's own words, and from there to the text of a scenario. Reads
that the code makes only if the definition has the field (``if name in system.endpoints``) are no needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from support.requirements.modules import Modules, Symbol
from support.requirements.syntax import FILES, GROUPS, READS, arguments, asks_whether_declared, last_name
from support.requirements.types import Scope, Types

SYSTEM = "System"
ALL = "*"
"""The name of a need for whatever a group has."""


@dataclass(frozen=True, slots=True)
class Need:
    """A field of a definition: ``endpoints`` and ``route``; or, if ``given``, the parameter that names it.

    It is none where that parameter has the value ``unless``. A ``table`` says which field each value stands for, and
    ``otherwise`` which one any other value does.
    """

    group: str
    name: str
    given: bool = False
    unless: str | None = None
    table: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""

    def with_text(self, text: str) -> Need | None:
        """The need where its parameter is given a text; None if there is none then."""
        if text == self.unless:
            return None
        name = dict(self.table).get(text, self.otherwise) if self.table else text
        return Need(self.group, name) if name else None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A place that reads a field whose name cannot be told from the code."""

    path: Path
    line: int
    what: str


class Requirements:
    """Finds the needs of functions, for one interface of a run; each function is read once."""

    def __init__(self, interface: str = "http") -> None:
        self.modules = Modules()
        self._types = Types(self.modules, interface)
        self._known: dict[ast.AST, frozenset[Need]] = {}
        self.places: set[tuple[Path, int]] = set()
        """Where fields are read, of all functions that were looked at."""
        self.unresolved: set[Unresolved] = set()

    def of_step(self, path: Path, line: int) -> frozenset[Need]:
        """The needs of the step function that begins at a line of a file; its decorators belong to it."""
        module = self.modules.at(path)
        for node in module.functions.values():
            if min([node.lineno, *(each.lineno for each in node.decorator_list)]) == line:
                return self.of(Scope(module, node))
        return frozenset()

    def of(self, scope: Scope) -> frozenset[Need]:
        """The needs of a function; those of one that calls itself are found on the way."""
        function = scope.function
        if function is None:
            return frozenset()
        if function not in self._known:
            self._known[function] = frozenset()
            self._known[function] = frozenset(_Reader(self, scope).block(function.body))
        return self._known[function]

    def of_value(self, symbol: Symbol) -> frozenset[Need]:
        """The needs of the functions that a module's value, such as a table, names."""
        if symbol.node not in self._known:
            self._known[symbol.node] = frozenset()
            needs = _Reader(self, Scope(symbol.module)).node(symbol.node)
            self._known[symbol.node] = frozenset(need for need in needs if not need.given)
        return self._known[symbol.node]


class _Reader:
    """Reads one function."""

    def __init__(self, all_of: Requirements, scope: Scope) -> None:
        self._all, self._types, self._scope = all_of, all_of._types, scope

    def block(self, statements: Iterable[ast.stmt]) -> Iterator[Need]:
        """The needs of statements in a row; after "return if it is not declared" there are none of that group."""
        declared: set[str] = set()
        for statement in statements:
            yield from (need for need in self.node(statement) if need.group not in declared)
            if isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Return):
                declared |= asks_whether_declared(statement.test)

    def node(self, node: ast.AST) -> Iterator[Need]:
        match node:
            case ast.IfExp() | ast.If() if declared := asks_whether_declared(node.test):
                yield from (need for need in self._parts(node) if need.group not in declared)
            case ast.If(test=ast.Compare(left=ast.Name(id=name), ops=[ast.NotEq()], comparators=[other])):
                yield from self._unless(node, name, other)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self.block(node.body)
            case ast.expr():
                yield from self._expression(node)
            case ast.AnnAssign():
                yield from self._field(node.value)
            case _:
                yield from self._parts(node)

    def _expression(self, node: ast.expr) -> Iterator[Need]:
        match node:
            case ast.Call():
                yield from self._call(node)
            case ast.Subscript(value=held, slice=key) if last_name(held) == FILES:
                yield from self._read(FILES, key, node.lineno)
                yield from self.node(held)
            case ast.Name() | ast.Attribute():
                yield from self._reference(node)
            case ast.Lambda():
                yield from self.node(node.body)
            case _:
                yield from self._parts(node)

    def _unless(self, node: ast.If, name: str, other: ast.expr) -> Iterator[Need]:
        """The needs under ``if name != other``: none where the parameter has that value."""
        excluded = next((text.name for text in self._texts(other) if not text.given), None)
        for need in self.block(node.body):
            yield replace(need, unless=excluded) if need.given and need.name == name else need
        yield from self.block(node.orelse)

    def _parts(self, node: ast.AST) -> Iterator[Need]:
        for _, value in ast.iter_fields(node):
            yield from self._field(value)

    def _field(self, value: object) -> Iterator[Need]:
        if isinstance(value, ast.AST):
            yield from self.node(value)
        elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield from self.block(value)
        elif isinstance(value, list):
            for each in value:
                yield from self._field(each)

    def _is_system(self, expression: ast.expr) -> bool:
        holder = self._types.class_of(expression, self._scope)
        return holder is not None and isinstance(holder.node, ast.ClassDef) and holder.node.name == SYSTEM

    def _call(self, call: ast.Call) -> Iterator[Need]:
        for part in [*call.args, *(keyword.value for keyword in call.keywords)]:
            yield from self.node(part)
        if isinstance(call.func, ast.Attribute):
            yield from self.node(call.func.value)
            if self._is_system(call.func.value):
                if call.func.attr in READS and call.args:
                    yield from self._read(READS[call.func.attr], call.args[0], call.lineno)
                return
            if call.func.attr == "values" and last_name(call.func.value) in GROUPS:
                yield Need(last_name(call.func.value), ALL)
        yield from self._called(call)

    def _called(self, call: ast.Call) -> Iterator[Need]:
        """The needs of what a call goes to."""
        found = self._types.target(call.func, self._scope)
        if found is not None and isinstance(found[0].node, ast.ClassDef):
            found = self._types.member(found[0], "__init__")
        if found is None:
            return
        symbol, owner = found
        if isinstance(symbol.node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from self._bound(Scope(symbol.module, symbol.node, owner), call)
        elif isinstance(symbol.node, ast.expr):
            yield from self._all.of_value(symbol)

    def _bound(self, callee: Scope, call: ast.Call) -> Iterator[Need]:
        function = callee.function
        assert function is not None
        given = arguments(function, call, bool(callee.owner))
        for need in self._all.of(callee):
            if not need.given:
                yield need
            elif need.name in given:
                texts = self._texts(given[need.name])
                if not texts:
                    self._all.unresolved.add(Unresolved(self._scope.module.path, call.lineno, ast.unparse(call)))
                for text in texts:
                    bound = replace(need, name=text.name) if text.given else need.with_text(text.name)
                    if bound is not None:
                        yield bound

    def _read(self, group: str, named: ast.expr, line: int) -> Iterator[Need]:
        self._all.places.add((self._scope.module.path, line))
        texts = self._texts(named)
        if not texts:
            self._all.unresolved.add(Unresolved(self._scope.module.path, line, ast.unparse(named)))
        yield from (replace(text, group=group) for text in texts)

    def _texts(self, expression: ast.expr) -> list[Need]:
        """The texts that an expression may stand for, those of parameters by the parameter's name."""
        match expression:
            case ast.Constant(value=str(text)):
                return [Need("", text)]
            case ast.IfExp(body=one, orelse=other):
                return [*self._texts(one), *self._texts(other)]
            case ast.Call(func=ast.Attribute(attr="get", value=table), args=[ast.Name(id=name), other]):
                rows, fallback = self._table(table), self._texts(other)
                if rows and fallback and name in self._scope.parameters:
                    return [Need("", name, given=True, table=rows, otherwise=fallback[0].name)]
            case ast.Name(id=name) if name in self._scope.parameters:
                return [Need("", name, given=True)]
            case ast.Name(id=name) if name in self._scope.values:
                values = [value for value, element in self._scope.values[name] if not element]
                return [text for value in values for text in self._texts(value)]
            case ast.Name() | ast.Attribute():
                found = self._types.target(expression, self._scope)
                if found and isinstance(found[0].node, ast.Constant):
                    return self._texts(found[0].node)
        return []

    def _table(self, expression: ast.expr) -> tuple[tuple[str, str], ...]:
        """The rows of a dictionary of texts that a module holds."""
        found = self._types.target(expression, self._scope)
        if found is None or not isinstance(found[0].node, ast.Dict):
            return ()
        rows = zip(found[0].node.keys, found[0].node.values, strict=True)
        constants = [(key, value) for key, value in rows if isinstance(key, ast.Constant)]
        return tuple((str(key.value), str(value.value)) for key, value in constants if isinstance(value, ast.Constant))

    def _reference(self, node: ast.Name | ast.Attribute) -> Iterator[Need]:
        if isinstance(node, ast.Attribute):
            yield from self.node(node.value)
        found = self._types.target(node, self._scope)
        if found is None:
            return
        symbol, owner = found
        if isinstance(symbol.node, ast.FunctionDef | ast.AsyncFunctionDef):  # a property, or a function as a value
            needs = self._all.of(Scope(symbol.module, symbol.node, owner))
            yield from (need for need in needs if not need.given)
        elif isinstance(symbol.node, ast.expr):
            yield from self._all.of_value(symbol)

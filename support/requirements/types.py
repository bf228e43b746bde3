"""What class the values of expressions have, by the suite's own annotations; enough to tell which method is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from support.requirements.modules import Function, Module, Modules, Symbol

Annotation = tuple[Module, ast.expr]
Assignment = tuple["Scope", ast.expr | None, ast.expr | None]
"""Where an attribute is assigned, what it is given, and its annotation if it has one there."""

CONTEXT = "Context"
"""behave's own class, whose attribute ``world`` is ours."""
WORLD = ("support.world.core", "World")
INTERFACE = "Interface"
"""The protocol that steps talk to, for which the run's interface stands."""
INTERFACES = {
    "http": ("support.domains.caio.http_interface", "HttpInterface"),
    "python": ("support.domains.caio.python_interface", "PythonInterface"),
}


@dataclass(frozen=True, eq=False)
class Scope:
    """A function, or the module itself where there is none, and the class that it belongs to."""

    module: Module
    function: Function | None = None
    owner: Symbol | None = None

    @cached_property
    def parameters(self) -> dict[str, ast.expr | None]:
        """The annotations of its parameters, those of functions within it too."""
        nodes = ast.walk(self.function) if self.function else ()
        return {node.arg: node.annotation for node in nodes if isinstance(node, ast.arg)}

    @cached_property
    def values(self) -> dict[str, list[tuple[ast.expr, bool]]]:
        """What its names are given, and whether it is an element of that rather than the whole."""
        found: dict[str, list[tuple[ast.expr, bool]]] = {}
        for node in ast.walk(self.function) if self.function else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found.setdefault(name, []).append((value, False))
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                    pairs = zip(targets, values, strict=False)
                    named = [(to.id, value) for to, value in pairs if isinstance(to, ast.Name)]
                    for name, value in named:
                        found.setdefault(name, []).append((value, False))
                case (
                    ast.For(target=ast.Name(id=name), iter=value)
                    | ast.comprehension(target=ast.Name(id=name), iter=value)
                ):
                    found.setdefault(name, []).append((value, True))
        return found


class Types:
    """Tells classes and the functions that calls reach, for one interface of a run."""

    def __init__(self, modules: Modules, interface: str) -> None:
        self._modules = modules
        self._known: dict[ast.expr, Annotation | None] = {}
        self._assigned: dict[ast.AST, dict[str, Assignment]] = {}
        self._interface = INTERFACES[interface]

    def class_of(self, expression: ast.expr, scope: Scope) -> Symbol | None:
        """The class of an expression's value; None if it cannot be told or is not the suite's own."""
        annotation = self._annotation(expression, scope)
        return self._class(*annotation) if annotation else None

    def target(self, expression: ast.expr, scope: Scope) -> tuple[Symbol, Symbol | None] | None:
        """The function, class or value that an expression names, with the class that a method belongs to."""
        match expression:
            case ast.Name(id=name) if name not in scope.parameters and name not in scope.values:
                found = self._modules.find(scope.module, name)
                return (found, None) if isinstance(found, Symbol) else None
            case ast.Attribute(value=value, attr=attr):
                within = self._module(value, scope)
                if within is not None:
                    found = self._modules.find(within, attr)
                    return (found, None) if isinstance(found, Symbol) else None
                holder = self.class_of(value, scope)
                return self.member(holder, attr) if holder else None
        return None

    def member(self, holder: Symbol, name: str) -> tuple[Symbol, Symbol] | None:
        """A method or property of a class or of what it is built on, with the class that defines it."""
        for owner in self._lineage(holder):
            assert isinstance(owner.node, ast.ClassDef)
            for node in owner.node.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                    return Symbol(owner.module, node), owner
        return None

    def _module(self, expression: ast.expr, scope: Scope) -> Module | None:
        if not isinstance(expression, ast.Name) or expression.id in scope.parameters or expression.id in scope.values:
            return None
        found = self._modules.find(scope.module, expression.id)
        return found if isinstance(found, Module) else None

    def _annotation(self, expression: ast.expr, scope: Scope) -> Annotation | None:
        """The annotation of an expression's value; names that are defined by each other have none."""
        if expression not in self._known:
            self._known[expression] = None
            self._known[expression] = self._told(expression, scope)
        return self._known[expression]

    def _told(self, expression: ast.expr, scope: Scope) -> Annotation | None:
        match expression:
            case ast.Name(id=name):
                return self._of_name(name, scope)
            case ast.Attribute(value=value, attr=attr):
                return self._attribute(self._annotation(value, scope), attr)
            case ast.Call(func=ast.Attribute(attr="part"), args=[ast.Name() as kind]):
                return scope.module, kind
            case ast.Call(func=called):
                return self._result(called, scope)
            case ast.Subscript(value=value):
                found = self._annotation(value, scope)
                return _element(found) if found else None
            case ast.ListComp(elt=element) | ast.DictComp(value=element) | ast.List(elts=[element, *_]):
                found = self._annotation(element, scope)
                return (found[0], ast.Subscript(ast.Name("list"), found[1])) if found else None
            case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other, *_]):
                return self._annotation(one, scope) or self._annotation(other, scope)
        return None

    def _of_name(self, name: str, scope: Scope) -> Annotation | None:
        if name == "self" and scope.owner:
            return _itself(scope.owner)
        if annotation := scope.parameters.get(name):
            return scope.module, annotation
        if name == "context" and name in scope.parameters:
            return scope.module, ast.Name(CONTEXT)
        for value, element in scope.values.get(name, ()):
            if found := self._annotation(value, scope):
                return _element(found) if element else found
        return None

    def _attribute(self, holder: Annotation | None, attr: str) -> Annotation | None:
        if holder is None:
            return None
        if attr == "world" and isinstance(holder[1], ast.Name) and holder[1].id == CONTEXT:
            return self._placed(WORLD)
        found = self._class(*holder)
        for owner in self._lineage(found) if found else ():
            assert isinstance(owner.node, ast.ClassDef)
            for node in owner.node.body:
                match node:
                    case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if name == attr:
                        return owner.module, annotation
                    case ast.FunctionDef(name=name, returns=ast.expr() as returns) if name == attr:
                        return owner.module, returns
            if given := self._given(owner, attr):
                return given
        return None

    def _given(self, owner: Symbol, attr: str) -> Annotation | None:
        """The type of what a class's methods assign to an attribute."""
        if owner.node not in self._assigned:
            self._assigned[owner.node] = dict(_assignments(owner))
        scope, value, annotation = self._assigned[owner.node].get(attr, (None, None, None))
        if annotation is not None:
            return owner.module, annotation
        return self._annotation(value, scope) if value is not None and scope is not None else None

    def _result(self, called: ast.expr, scope: Scope) -> Annotation | None:
        found = self.target(called, scope)
        if found is None:
            return None
        symbol, _ = found
        if isinstance(symbol.node, ast.ClassDef):
            return _itself(symbol)
        if isinstance(symbol.node, ast.FunctionDef) and symbol.node.returns:
            return symbol.module, symbol.node.returns
        return None

    def _class(self, module: Module, annotation: ast.expr) -> Symbol | None:
        match annotation:
            case ast.Constant(value=str(text)):
                return self._class(module, ast.parse(text, mode="eval").body)
            case ast.BinOp(left=left, right=right):
                return self._class(module, left) or self._class(module, right)
            case ast.Name(id=name):
                found = self._modules.find(module, name)
                if not isinstance(found, Symbol) or not isinstance(found.node, ast.ClassDef):
                    return None
                if found.node.name == INTERFACE:
                    return self._class(*self._placed(self._interface))
                return found
        return None

    def _placed(self, place: tuple[str, str]) -> Annotation:
        module = self._modules.named(place[0])
        assert module is not None, place
        return module, ast.Name(place[1])

    def _lineage(self, holder: Symbol) -> list[Symbol]:
        """A class and what it is built on, nearest first."""
        found = [holder]
        for base in holder.node.bases if isinstance(holder.node, ast.ClassDef) else ():
            parent = self._class(holder.module, base)
            found += self._lineage(parent) if parent else []
        return found


def _itself(symbol: Symbol) -> Annotation:
    assert isinstance(symbol.node, ast.ClassDef)
    return symbol.module, ast.Name(symbol.node.name)


def _element(container: Annotation) -> Annotation:
    """The type of a container's elements; of a mapping, that of its values."""
    module, annotation = container
    if not isinstance(annotation, ast.Subscript):
        return module, annotation
    inner = annotation.slice
    return module, inner.elts[-1] if isinstance(inner, ast.Tuple) else inner


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]


def _assignments(owner: Symbol) -> Iterator[tuple[str, Assignment]]:
    """What the methods of a class assign to attributes of ``self``."""
    for method in owner.node.body if isinstance(owner.node, ast.ClassDef) else ():
        if not isinstance(method, ast.FunctionDef):
            continue
        scope = Scope(owner.module, method, owner)
        for node in ast.walk(method):
            match node:
                case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name), annotation=annotation):
                    yield name, (scope, None, annotation)
                case ast.Assign(targets=[target], value=value):
                    for to, what in _pairs(target, value):
                        if isinstance(to, ast.Attribute) and isinstance(to.value, ast.Name) and to.value.id == "self":
                            yield to.attr, (scope, what, None)

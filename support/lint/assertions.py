"""Rule for assertions: none is about a bare boolean, whose failure would say "Expected: <True> but: was <False>"."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from support.lint.tree import Finding, Source, Tree

CHECKED = ("steps/", "support/actions/", "support/checks/")
"""Where products are judged."""

ABOUT_DOCUMENTS = {"has_entry", "has_entries", "has_key", "has_value"}
"""Matchers of hamcrest that may be given True or False: their mismatch shows the document and the key."""

PREDICATES = {"all", "any", "bool", "callable", "hasattr", "isinstance", "issubclass"}
METHODS = {"endswith", "isalnum", "isalpha", "isdigit", "isdisjoint", "issubset", "issuperset", "startswith"}
HAMCREST = "hamcrest"
ERRORS = ("AssertionError", "NotMet")
HINT = "a failure would not say what was expected and seen: use a matcher that describes both"


def bare_booleans(tree: Tree) -> Iterator[Finding]:
    """An assertion about true or false alone, whatever way it is written."""
    booleans = _Booleans(tree)
    for source in tree.sources:
        if source.path.startswith(CHECKED):
            names = _Names(source)
            for scope, node in _nodes(source.module, None):
                if problem := _problem(node, names, _Scope(scope, booleans, names)):
                    yield Finding(source.path, getattr(node, "lineno", 1), "bare-boolean", f"{problem}: {HINT}")


class _Booleans:
    """What the checkout annotates as bool: functions, properties and fields whose name has no other type elsewhere."""

    def __init__(self, tree: Tree) -> None:
        found: dict[str, set[bool]] = defaultdict(set)
        for source in tree.sources:
            for node in ast.walk(source.module):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    found[node.name].add(_is_bool(node.returns))
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found[node.target.id].add(_is_bool(node.annotation))
        self.names = {name for name, kinds in found.items() if kinds == {True}}


class _Names:
    """What hamcrest is called in a source: the module's names, and those of its functions by their own names."""

    def __init__(self, source: Source) -> None:
        self.modules: set[str] = set()
        self.functions: dict[str, str] = {}
        for node in ast.walk(source.module):
            if isinstance(node, ast.Import):
                self.modules |= {alias.asname or alias.name for alias in node.names if alias.name == HAMCREST}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == HAMCREST:
                self.functions |= {alias.asname or alias.name: alias.name for alias in node.names}

    def of(self, call: ast.expr) -> str:
        """The function of hamcrest that is called; empty if it is none."""
        if not isinstance(call, ast.Call):
            return ""
        if isinstance(call.func, ast.Attribute):
            return call.func.attr if ast.unparse(call.func.value) in self.modules else ""
        return self.functions.get(call.func.id, "") if isinstance(call.func, ast.Name) else ""


class _Scope:
    """The types that a function's own names have, as far as they can be told."""

    def __init__(self, function: ast.AST | None, booleans: _Booleans, names: _Names) -> None:
        self._known, self._names = booleans.names, names
        self.values: dict[str, list[ast.expr]] = defaultdict(list)
        self.annotated: dict[str, ast.expr | None] = {}
        for node in ast.walk(function) if function is not None else ():
            if isinstance(node, ast.arg):
                self.annotated[node.arg] = node.annotation
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self.values[ast.unparse(target)].append(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.annotated[node.target.id] = node.annotation

    def boolean(self, node: ast.expr) -> bool:
        """Whether an expression is true or false and nothing else."""
        match node:
            case ast.Constant():
                return isinstance(node.value, bool)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.BoolOp():
                return all(map(self.boolean, node.values))
            case ast.IfExp():
                return self.boolean(node.body) and self.boolean(node.orelse)
        return self._named_boolean(node)

    def _named_boolean(self, node: ast.expr) -> bool:
        match node:
            case ast.Call() if self._names.of(node):
                return False
            case ast.Call(func=ast.Name(id=name)):
                return name in PREDICATES or name in self._known
            case ast.Call(func=ast.Attribute(attr=name)):
                return name in METHODS or name in self._known
            case ast.Attribute(attr=name):
                return name in self._known
            case ast.Name(id=name) if name in self.annotated:
                return _is_bool(self.annotated[name])
            case ast.Name(id=name) if self.values[name]:
                return all(map(self.boolean, self.values[name]))
        return False

    def text(self, node: ast.expr) -> bool:
        """Whether an expression is a text, and so a reason rather than a matcher."""
        match node:
            case ast.JoinedStr():
                return True
            case ast.Constant():
                return isinstance(node.value, str)
            case ast.BinOp():
                return self.text(node.left) or self.text(node.right)
            case ast.Call(func=ast.Name(id="str")):
                return True
            case ast.Call(func=ast.Attribute(attr="format" | "join", value=value)):
                return self.text(value)
            case ast.Name(id=name) if name in self.annotated:
                annotation = self.annotated[name]
                return isinstance(annotation, ast.Name) and annotation.id == "str"
            case ast.Name(id=name) if self.values[name]:
                return all(map(self.text, self.values[name]))
        return False


def _problem(node: ast.AST, names: _Names, scope: _Scope) -> str:
    if isinstance(node, ast.Assert):
        return f"`assert {ast.unparse(node.test)}`"
    if isinstance(node, ast.Raise) and _is_empty_error(node.exc):
        return f"`raise {ast.unparse(node.exc)}` without a word" if node.exc else ""
    if not isinstance(node, ast.Call) or not (called := names.of(node)):
        return ""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if called == "assert_that":
        about = next(iter(given), None)
        alone = len(given) < 2 or scope.text(given[1])
        return f"`{ast.unparse(node)}` is about true or false" if about and (alone or scope.boolean(about)) else ""
    if called not in ABOUT_DOCUMENTS and any(map(scope.boolean, given)):
        return f"`{ast.unparse(node)}` expects true or false"
    return ""


def _is_empty_error(raised: ast.expr | None) -> bool:
    if isinstance(raised, ast.Call) and not raised.args and not raised.keywords:
        raised = raised.func
    return isinstance(raised, ast.Name) and raised.id in ERRORS


def _is_bool(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "bool"


def _nodes(node: ast.AST, scope: ast.AST | None) -> Iterator[tuple[ast.AST | None, ast.AST]]:
    """Every node with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        yield scope, child
        within = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else scope
        yield from _nodes(child, within)

"""Rules for step functions: a sentence is one call and one assertion, and nothing technical happens in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from support.lint.tree import Finding, Source, Tree

MOST_LINES = 8
HTTP_MODULES = ("aiohttp", "http.client", "httpx", "requests", "socket", "support.http.client", "urllib")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def too_long(tree: Tree) -> Iterator[Finding]:
    """A step function whose body has more than eight lines."""
    for path, function in _functions(tree):
        body = _body(function)
        lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
        if lines > MOST_LINES:
            message = f"{function.name} has {lines} lines, {MOST_LINES} at most: move work into support/"
            yield Finding(path, function.lineno, "long-step", message)


def does_nothing(tree: Tree) -> Iterator[Finding]:
    """A step function without any effect."""
    for path, function in _functions(tree):
        if all(_is_idle(statement) for statement in _body(function)):
            yield Finding(path, function.lineno, "idle-step", f"{function.name} does nothing")


def waits(tree: Tree) -> Iterator[Finding]:
    """A step module that polls by itself; sleeps are found by the rule for all sources."""
    for source in _modules(tree):
        for node in ast.walk(source.module):
            if isinstance(node, ast.While):
                yield Finding(
                    source.path, node.lineno, "polling-step", "a step polls: have support/base/waiting.py wait"
                )


def talks_http(tree: Tree) -> Iterator[Finding]:
    """A step module that talks HTTP by itself."""
    for source in _modules(tree):
        for name, line in imports(source):
            for module in HTTP_MODULES:
                if name == module or name.startswith(f"{module}."):
                    message = f"a step module imports {module}: ask the world instead"
                    yield Finding(source.path, line, "http-step", message)


def executes_steps(tree: Tree) -> Iterator[Finding]:
    """A step that runs other steps by their text."""
    for source in _modules(tree):
        for node in ast.walk(source.module):
            if isinstance(node, ast.Attribute) and node.attr == "execute_steps":
                yield Finding(source.path, node.lineno, "nested-step", "execute_steps hides what a scenario does")


def any_keyword(tree: Tree) -> Iterator[Finding]:
    """A sentence that may stand after any keyword."""
    for sentence in tree.sentences:
        if sentence.keyword == "step":
            message = f'"{sentence.text}" uses @step: say whether it is given, when or then'
            yield Finding(tree.relative(sentence.path), sentence.line, "any-keyword-step", message)


def imports(source: Source) -> list[tuple[str, int]]:
    """Every module that a source imports, in full, with the line. ``from a import b`` counts as ``a`` and ``a.b``."""
    found = []
    for node in ast.walk(source.module):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(source, node)
            found += [(base, node.lineno), *((f"{base}.{alias.name}", node.lineno) for alias in node.names)]
    return found


def _base(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.path.removesuffix(".py").split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def _modules(tree: Tree) -> list[Source]:
    return [source for source in tree.sources if source.path.startswith("steps/")]


def _functions(tree: Tree) -> Iterator[tuple[str, Function]]:
    seen = set()
    for sentence in tree.sentences:
        function = tree.function_of(sentence)
        if function is not None and id(function) not in seen:
            seen.add(id(function))
            yield tree.relative(sentence.path), function


def _body(function: Function) -> list[ast.stmt]:
    """The statements of a function without its docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def _is_idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant | ast.Name)
    )

"""How code reads a definition, as it is written: the methods that read, the groups of fields, calls and conditions."""

from __future__ import annotations

import ast

from support.requirements.modules import Function

READS = {
    "command": "commands",
    "companion": "companions",
    "endpoint": "endpoints",
    "error": "errors",
    "log": "logs",
    "metric": "metrics",
    "metric_labels": "metrics",
    "named_process": "processes",
    "profile": "profiles",
    "reason": "reasons",
    "refusal": "refusals",
    "request": "requests",
    "route": "routes",
    "store": "stores",
    "token": "identities",
}
"""Method of System by which a field is read → the group of fields that it belongs to."""
FILES = "files"
GROUPS = frozenset({*READS.values(), FILES})


def arguments(function: Function, call: ast.Call, method: bool) -> dict[str, ast.expr]:
    """The expression that each parameter is given, its default where it is given none."""
    about = function.args
    names = [each.arg for each in [*about.posonlyargs, *about.args]]
    defaults = dict(zip(reversed(names), reversed(about.defaults), strict=False))
    named = {each.arg: default for each, default in zip(about.kwonlyargs, about.kw_defaults, strict=True) if default}
    if method and not any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in function.decorator_list):
        names = names[1:]
    placed = dict(zip(names, call.args, strict=False))
    return {**defaults, **named, **placed, **{each.arg: each.value for each in call.keywords if each.arg}}


def asks_whether_declared(test: ast.expr) -> set[str]:
    """The groups of which a condition asks whether they have a field: ``name in system.endpoints``."""
    membership = [node for node in ast.walk(test) if isinstance(node, ast.Compare)]
    asked = (node.comparators[0] for node in membership if isinstance(node.ops[0], ast.In | ast.NotIn))
    return {last_name(holder) for holder in asked} & GROUPS


def last_name(expression: ast.expr) -> str:
    """What an expression ends with: ``files`` of ``deployment.files`` and of ``lifecycle.files(world)``."""
    if isinstance(expression, ast.Call):
        expression = expression.func
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""

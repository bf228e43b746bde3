"""Puts other code in the place of the system's, by name, and fails loudly where that name does not exist."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

OURS = ("chassis", *(path.parent.name for path in Path(__file__).parent.glob("*/__init__.py")))
"""Packages in which a replaced function is replaced wherever it has been imported to: the systems and chassis."""

_undo: list[Callable[[], None]] = []


class DoesNotApply(Exception):
    """What a defect wants to replace is not there (any more): the defect has to be adapted to the system."""


def wrap(target: str) -> Callable[[Callable[..., Any]], None]:
    """Decorator: the function takes the place of ``package.module:name`` or ``package.module:Class.name``.

    It is given what it replaces as its first argument, then the arguments of the call. A property stays one.
    """

    def place(new: Callable[..., Any]) -> None:
        owner, name, old = _find(target)
        inner, rewrapped = _unwrapped(old)

        @functools.wraps(inner)
        def broken(*args: Any, **kwargs: Any) -> Any:
            return new(inner, *args, **kwargs)

        put = rewrapped(broken)
        if hasattr(put, "__set_name__"):
            put.__set_name__(owner, name)
        _set(owner, name, old, put)
        if not isinstance(owner, type):
            _rebind(old, put)

    return place


def put(target: str, value: Any) -> None:
    """Replace a constant or a class attribute where it is defined, and nowhere else."""
    owner, name, old = _find(target)
    _set(owner, name, old, value)


def put_item(target: str, key: Any, value: Any) -> None:
    """Replace one entry of a dictionary."""
    known = _find(target)[2]
    if key not in known:
        raise DoesNotApply(f"{target} has no entry {key!r}")
    old = known[key]
    known[key] = value
    _undo.append(lambda: known.__setitem__(key, old))


def is_applied() -> bool:
    """Whether anything has been replaced."""
    return bool(_undo)


def undo() -> None:
    """Put everything back, last first."""
    while _undo:
        _undo.pop()()


def _find(target: str) -> tuple[Any, str, Any]:
    """Who holds the target, under which name, and what it is now."""
    module, _, path = target.partition(":")
    *classes, name = path.split(".")
    try:
        owner: Any = importlib.import_module(module)
        for part in classes:
            owner = vars(owner)[part]
        return owner, name, vars(owner)[name]
    except (ImportError, KeyError) as error:
        raise DoesNotApply(f"{target} does not exist ({type(error).__name__}: {error})") from error


def _unwrapped(old: Any) -> tuple[Callable[..., Any], Callable[[Callable[..., Any]], Any]]:
    """The function behind a descriptor, and how to make such a descriptor of another."""
    if isinstance(old, property):
        assert old.fget is not None
        return old.fget, lambda function: property(function, old.fset, old.fdel)
    if isinstance(old, functools.cached_property):
        return old.func, functools.cached_property
    if isinstance(old, staticmethod | classmethod):
        return old.__func__, type(old)
    return old, lambda function: function


def _set(owner: Any, name: str, old: Any, new: Any) -> None:
    setattr(owner, name, new)
    _undo.append(lambda: setattr(owner, name, old))


def _rebind(old: Any, new: Any) -> None:
    """Also replace the function in modules that have imported it by name."""
    for module in [each for name, each in sys.modules.items() if name.partition(".")[0] in OURS]:
        for name, value in list(vars(module).items()):
            if value is old:
                _set(module, name, old, new)

"""The platform's documents, where the definition says that they are, read as YAML or text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from support.base.outcomes import NotMet
from support.checks.basis import enough
from support.world.core import World

Document = dict[str, Any]
"""A Kubernetes object, or another mapping of a YAML file."""


def path(world: World, name: str) -> Path:
    """Where a document is. Raises NotVerified if the definition does not name it, NotMet if it is not there."""
    found = world.system.paths(Path("unused"))[name]
    if not found.exists():
        raise NotMet(f"expected {name} at {found}, as {world.system.path} says, but there is nothing")
    return found


def text(world: World, name: str) -> str:
    """The text of a document."""
    return path(world, name).read_text(encoding="utf-8")


def objects(world: World, name: str) -> list[Document]:
    """The objects of a YAML file, in its order. Raises NotMet if it cannot be read or holds none."""
    return parse(text(world, name), name)


def parse(content: str, name: str) -> list[Document]:
    """The objects of a YAML text. Raises NotMet if it cannot be read or holds something else."""
    try:
        found = [each for each in yaml.safe_load_all(content) if each is not None]
    except yaml.YAMLError as error:
        raise NotMet(f"expected YAML in {name}, but it cannot be read: {error}") from error
    if wrong := [each for each in found if not isinstance(each, dict)]:
        raise NotMet(f"expected objects in {name}, but it holds {wrong[0]!r}")
    return enough(found, f"objects in {name}")


def title(each: Document) -> str:
    """How a message calls a Kubernetes object: its kind and name."""
    return f"{each.get('kind', 'an object without kind')} {each.get('metadata', {}).get('name', 'without name')}"

"""A world that is only pretended: it has the parts that it is given, and makes others on demand."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock


def world_with(*parts: object, **attributes: Any) -> Any:
    """A stand-in for a world; whatever else is asked of it is a mock."""
    made: dict[type[Any], Any] = {type(part): part for part in parts}
    stand_in = Mock(**attributes)
    stand_in.part = lambda kind: made.setdefault(kind, kind()) if kind not in made else made[kind]
    return stand_in

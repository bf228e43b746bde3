"""Model of ``installation`` in system.yaml: a published product that is installed from a lock before it is run.

The lock has exact versions, so that every run judges the same product; it is installed below ``build/installations``,
in a folder that is named by its digest::

    installation:
      python: requirements.lock      # a pip lock, installed into a virtual environment of its own
      package: litellm               # the package whose version and licence are read and shown
      start_timeout: 120             # seconds that a start may take, in place of the suite's own limit

    installation: {node: ., package: "@portkey-ai/gateway"}   # a folder with package.json and package-lock.json

Processes may then use ``{venv}``, the folder of that environment, or ``{modules}``, its ``node_modules``, and
``{node}``, the Node that the suite itself runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints, model_validator

from support.base.entries import Entry
from support.base.yaml_lines import FieldPath

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

NODE_FILES = ("package.json", "package-lock.json")
"""What the folder of an npm lock holds; both decide what is installed."""


class Installation(Entry):
    """What is installed, and how; paths are relative to system.yaml. ``start_timeout`` is in seconds."""

    python: Text | None = None
    node: Text | None = None
    package: Text
    start_timeout: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one(self) -> Installation:
        if (self.python is None) == (self.node is None):
            raise ValueError("give either python, a pip lock, or node, a folder with an npm lock")
        return self

    def locks(self, here: Path) -> list[Path]:
        """The files that decide what is installed, for a definition in the folder ``here``."""
        if self.python is not None:
            return [here / self.python]
        return [here / str(self.node) / name for name in NODE_FILES]


class Declared(Protocol):
    """What of a system the rules here read."""

    @property
    def here(self) -> Path: ...

    @property
    def installation(self) -> Installation | None: ...


def placeholders(system: Declared) -> set[str]:
    """The placeholders that an installation adds."""
    if system.installation is None:
        return set()
    return {"venv"} if system.installation.python else {"node", "modules"}


def contradictions(system: Declared) -> Iterator[tuple[FieldPath, str]]:
    """Locks that are not there."""
    if system.installation is None:
        return
    field = "python" if system.installation.python else "node"
    for path in system.installation.locks(system.here):
        if not path.is_file():
            yield ("installation", field), f"{path} does not exist"

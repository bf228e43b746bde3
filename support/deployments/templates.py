"""Renders the files of a definition that come from templates into a deployment's data folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.base.placeholders import fill
from support.base.systems import System


def render(
    system: System,
    files: Mapping[str, Path],
    bindings: Mapping[str, str],
    templates: Mapping[str, str] | None = None,
) -> None:
    """Write each file that has a template; ``templates`` has another one for some.

    Raises UsageError for a placeholder that stands for nothing here.
    """
    for name, declared in system.files.items():
        if declared.template is not None:
            template = system.here / (templates or {}).get(name, declared.template)
            text = fill(template.read_text(encoding="utf-8"), bindings, str(template))
            files[name].write_text(text, encoding="utf-8")

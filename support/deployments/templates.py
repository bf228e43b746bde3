"""Renders the files of a definition that come from templates into a deployment's data folder.

Lines between ``# repeat 100`` and ``# end`` stand in the file so many times, ``{repeated}`` in them for the number from
1. A profile may have other templates; one that begins with ``+`` is added to what the definition's own makes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from support.base.placeholders import fill
from support.base.systems import System
from support.base.topology import ADDED

_REPEATED = re.compile(r"^ *# repeat (\d+)\n(.*?)^ *# end\n", re.MULTILINE | re.DOTALL)


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
            other = (templates or {}).get(name, "")
            paths = [declared.template, other[1:]] if other.startswith(ADDED) else [other or declared.template]
            rendered = (_rendered(system.here / path, bindings) for path in paths)
            files[name].write_text("".join(rendered), encoding="utf-8")


def _rendered(template: Path, bindings: Mapping[str, str]) -> str:
    text = _REPEATED.sub(_repeat, template.read_text(encoding="utf-8"))
    return fill(text, bindings, str(template))


def _repeat(found: re.Match[str]) -> str:
    return "".join(found[2].replace("{repeated}", str(number)) for number in range(1, int(found[1]) + 1))

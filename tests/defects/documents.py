"""Copies what stands beside a system's definition, and edits one of these documents: the second kind of defect.

Python packages stay where they are: their code is broken by patches (``patching``), when the program starts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.defects.patching import DoesNotApply

Edit = Callable[[str], str]

LEFT_BY_TOOLS = ("__pycache__", "build", "dist", "*.egg-info", ".*_cache", "*.pyc")


def copy(original: Path, into: Path) -> None:
    """Copy every document of a system's folder, its subfolders included, into a folder that is not there yet."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        packages = {name for name in names if (Path(folder) / name / "__init__.py").is_file()}
        return packages | set(shutil.ignore_patterns(*LEFT_BY_TOOLS)(folder, names))

    shutil.copytree(original, into, ignore=left_out)


def change(folder: Path, document: str, edit: Edit) -> None:
    """Edit one of the copied documents. Raises DoesNotApply if it is not there, or if the edit changes nothing."""
    path = folder / document
    if not path.is_file():
        there = ", ".join(sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()))
        raise DoesNotApply(f"there is no {document} beside the definition; there are: {there}")
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    if after == before:
        raise DoesNotApply(f"the edit of {document} changes nothing")
    path.write_text(after, encoding="utf-8")


def swap(text: str, old: str, new: str) -> str:
    """The text with ``new`` in the place of ``old`` wherever it stands. Raises DoesNotApply if it stands nowhere."""
    if old not in text:
        raise DoesNotApply(f"{old!r} is not in the document")
    return text.replace(old, new)


def in_yaml(text: str, alter: Callable[[Any], object]) -> str:
    """A YAML document after ``alter`` has changed what it holds; comments and layout are lost.

    Raises DoesNotApply if ``alter`` looks for what is not there.
    """
    content = yaml.safe_load(text)
    try:
        alter(content)
    except (KeyError, IndexError, StopIteration, ValueError, TypeError) as error:
        raise DoesNotApply(f"the document holds nothing of the kind ({type(error).__name__}: {error})") from error
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)

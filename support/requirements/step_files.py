"""Loads step modules file by file, so that what is wrong with the sentences of one system stops no other.

behave loads whole folders; this is its ``load_step_modules`` for the files that are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from behave.api.step_matchers import step_matcher, use_default_step_matcher, use_step_matcher
from behave.matchers import use_current_step_matcher_as_default
from behave.runner_util import PathManager, exec_file
from behave.step_registry import setup_step_decorators

from support.base import systems


def load(folders: Iterable[Path], wanted: Callable[[str | None], bool]) -> None:
    """Load the modules in the folders whose owner is wanted: a system, or None for sentences that all share."""
    places = list(folders)
    known = systems.with_sentences()
    provided = {"use_step_matcher": use_step_matcher, "step_matcher": step_matcher}
    setup_step_decorators(provided)
    use_current_step_matcher_as_default()
    with PathManager([str(folder) for folder in places]):
        for path in [path for folder in places for path in sorted(folder.glob("*.py"))]:
            if wanted(systems.owner_of(path.stem, known)):
                exec_file(str(path), dict(provided))
            use_default_step_matcher()

"""Selection: what servers a scenario asks for, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from behave.parser import parse_feature

from support.base import feature_files
from support.base.outcomes import UsageError
from support.run import selection

FEATURE = """
Feature: Set-ups
  Background:
    Given Tiny is running

  Example: Default
    Then it works

  Example: With services
    Given Tiny is running with the services
      | service | offers |
      | a       | chat   |
    Then it works

  Example: With settings, one way round
    Given Tiny is running with the settings
      | setting | value |
      | A       | 1     |
      | B       | 2     |
    Then it works

  Example: With settings, the other way round
    Given Tiny is running with the settings
      | setting | value |
      | B       | 2     |
      | A       | 1     |
    Then it works

  Example: In a profile
    Given Tiny is running in its "safe" profile with the services
      | service |
      | a       |
    Then it works

  Example: By itself
    Given a Tiny of its own is running
    Then it works
"""


def setups(interface: str = "http") -> dict[str, frozenset[str]]:
    feature = parse_feature(FEATURE, filename="features/tiny/setups.feature")
    return {case.planned.name: case.setups for case in selection.cases([feature], interface, [])}


def test_services_are_no_part_of_a_set_up_and_backgrounds_count() -> None:
    assert setups()["Default"] == setups()["With services"] == {"Tiny is running"}


def test_settings_are_compared_without_regard_to_their_order() -> None:
    assert setups()["With settings, one way round"] == setups()["With settings, the other way round"]
    assert len(setups()["With settings, one way round"]) == 2


def test_a_profile_is_a_set_up_and_a_system_of_its_own_is_shared_with_nobody() -> None:
    assert 'Tiny is running in its "safe" profile' in setups()["In a profile"]
    assert setups()["By itself"] == {"Tiny is running"}


def test_scenarios_over_another_interface_share_that_interface() -> None:
    assert set(setups("python").values()) == {frozenset({"python"})}


def test_an_unreadable_expression_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        selection.cases([], "http", ["@known and"])


@pytest.mark.parametrize("path", ["features/nowhere", "README.md"])
def test_paths_that_are_no_features_are_refused(path: str) -> None:
    with pytest.raises(UsageError, match="feature file"):
        feature_files.parse([path])


ROOMS = {"features/tiny/a.feature": "", "features/tiny/deeper/b.feature": "", "features/other/c.feature": ""}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with features of two systems."""
    for name, text in ROOMS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "asked", "defined", "system"),
    [
        ((), None, None, "usual"),
        ((), "tiny", None, "tiny"),
        ((), None, "defined", "defined"),
        (("features/tiny",), None, None, "tiny"),
        (("features/tiny/a.feature",), None, None, "tiny"),
        (("features/tiny/a.feature:3", "features/tiny/deeper/b.feature"), None, None, "tiny"),
        (("features/../features/other/c.feature",), None, None, "other"),
        (("features/tiny",), "tiny", "tiny", "tiny"),
        (("features/nowhere/d.feature",), None, None, "nowhere"),
        (("elsewhere/d.feature",), "tiny", None, "tiny"),
    ],
)
def test_the_system_follows_from_the_folder_of_the_features(
    root: Path, paths: tuple[str, ...], asked: str | None, defined: str | None, system: str
) -> None:
    assert selection.system_of(paths, asked, defined, root, "usual") == system


@pytest.mark.parametrize(
    ("paths", "asked", "defined", "named"),
    [
        (("features/tiny/a.feature",), "other", None, "--system is about 'other', features/tiny is about 'tiny'"),
        (("features/tiny",), None, "other", "the definition is about 'other', features/tiny is about 'tiny'"),
        ((), "tiny", "other", "--system is about 'tiny', the definition is about 'other'"),
        (("features/tiny", "features/other"), None, None, "features/other is about 'other', features/tiny is"),
        (("features",), None, None, "features/other is about 'other', features/tiny is"),
        (("features",), "tiny", None, "--system is about 'tiny', features/other is about 'other'"),
    ],
)
def test_features_of_another_system_than_was_asked_for_are_refused(
    root: Path, paths: tuple[str, ...], asked: str | None, defined: str | None, named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        selection.system_of(paths, asked, defined, root, "usual")

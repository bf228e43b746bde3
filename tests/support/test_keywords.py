"""Mistyped keywords: a scenario that behave would lose in a description is told before anything is run."""

from __future__ import annotations

import pytest
from behave.parser import parse_feature

from support import keywords
from support.outcomes import UsageError

FEATURE = """
Feature: Sums
  As many know: they add up.

  Rule: It adds
    {line}
      Given Tiny is running

    Example: Two
      Given Tiny is running
"""


@pytest.mark.parametrize("line", ["Exmaple: One", "Scenrio: One", "Senario Outline: One"])
def test_a_mistyped_keyword_is_told_with_the_line_and_what_it_should_be(line: str) -> None:
    feature = parse_feature(FEATURE.format(line=line), filename="features/sums.feature")
    with pytest.raises(UsageError, match=rf'^features/sums.feature, after line 5: "{line}" is read as desc'):
        keywords.check([feature])


@pytest.mark.parametrize("line", ["Example: One", "What it adds: numbers", "Given the rules of arithmetic it must."])
def test_descriptions_and_keywords_are_left_alone(line: str) -> None:
    keywords.check([parse_feature(FEATURE.format(line=line), filename="features/sums.feature")])

"""Tags asked for: known ones are taken, a slip is told with the nearest known one."""

from __future__ import annotations

import pytest

from support.acceptance import tags
from support.base.outcomes import UsageError


@pytest.mark.parametrize("expression", ["@known", "known", "not @known or @known", "@kno*", "-@known", "(@known)"])
def test_known_tags_are_taken(expression: str) -> None:
    tags.check([expression], ["known"])


@pytest.mark.parametrize("expression", ["@knwon", "@known and not @knwon"])
def test_an_unknown_tag_is_refused_with_the_nearest_known_one(expression: str) -> None:
    with pytest.raises(UsageError, match=r"unknown tag @knwon: .* did you mean @known\?"):
        tags.check([expression], ["known"])


def test_a_criterion_is_found_whatever_its_case() -> None:
    with pytest.raises(UsageError, match="did you mean @CAIO-CORS-01"):
        tags.check(["@caio-cors-01"], ["CAIO-CORS-01", "slow"])

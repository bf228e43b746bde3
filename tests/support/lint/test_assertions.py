"""No step, action or check asserts a bare boolean, whatever way it is written."""

from __future__ import annotations

import pytest

from .conftest import Checkout

CHECK = "support/checks/sums.py"
HEAD = """\
import hamcrest as h
from dataclasses import dataclass
from hamcrest import assert_that, equal_to, has_entries, has_properties, has_property, is_, is_not, only_contains
from hamcrest import assert_that as expect

@dataclass
class Sum:
    right: bool
    value: int

    @property
    def even(self) -> bool:
        return self.value % 2 == 0

def odd(value: int) -> bool:
    return value % 2 == 1

"""


def found(checkout: Checkout, body: str, parameters: str = "sum, flag: bool, why: str") -> list[str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    checkout.write(CHECK, f"{HEAD}def judge({parameters}):\n{lines}")
    return [finding for finding in checkout.findings() if ": bare-boolean: " in finding]


@pytest.mark.parametrize(
    "line",
    [
        "assert sum",
        "assert sum == 2, 'no'",
        "assert_that(sum)",
        "assert_that(flag, 'it is right')",
        "assert_that(sum.x, f'it is {sum}')",
        "assert_that(sum.x, why)",
        "assert_that(flag, is_(sum.wanted))",
        "assert_that(sum == 2, sum.matcher)",
        "assert_that(sum.value > 2, 'larger')",
        "assert_that(not sum, equal_to(sum.y))",
        "assert_that(2 in sum, is_(sum.y))",
        "assert_that(sum.x, is_(True))",
        "assert_that(sum.x, is_(False))",
        "assert_that(sum.x, equal_to(True), 'why')",
        "assert_that(sum.x, is_(equal_to(False)))",
        "assert_that(sum.x, is_not(True))",
        "assert_that(sum.x, only_contains(True))",
        "assert_that(sum, has_property('right', True))",
        "assert_that(sum, has_properties(right=False))",
        "assert_that(sum.right, is_(sum.y))",
        "assert_that(sum.even, is_(sum.y))",
        "assert_that(odd(sum), is_(sum.y))",
        "assert_that(all(sum), is_(sum.y))",
        "assert_that(sum.name.startswith('a'), is_(sum.y))",
        "expect(sum.x, is_(True))",
        "h.assert_that(sum.x, h.equal_to(True))",
        "raise AssertionError",
        "raise AssertionError()",
        "matcher = equal_to(True)\nassert_that(sum.x, matcher)",
        "right = sum.value == 2\nassert_that(right, is_(sum.y))",
        "told = f'it is {sum}'\nassert_that(sum.x, told)",
    ],
)
def test_a_bare_boolean_is_named_with_file_and_line(checkout: Checkout, line: str) -> None:
    before = len(HEAD.splitlines()) + 2
    (finding,) = found(checkout, line)
    assert finding.startswith(tuple(f"{CHECK}:{before + n}: bare-boolean: " for n in range(2)))


@pytest.mark.parametrize(
    "line",
    [
        "assert_that(sum.value, equal_to(2), 'sum')",
        "assert_that(sum.value, is_not(equal_to(2)))",
        "assert_that(sum, sum.matcher)",
        "assert_that(sum, has_property('value', 2))",
        "assert_that(sum, has_entries(holds=True))",
        "expected = is_(2)\nassert_that(sum.value, expected)",
        "assert_that(sum.value, is_(2), 'right' if flag else 'wrong')",
        "raise AssertionError('expected 2')",
        "return flag is True",
    ],
)
def test_what_describes_itself_is_left_alone(checkout: Checkout, line: str) -> None:
    assert found(checkout, line) == []


def test_steps_and_actions_are_read_too_and_other_sources_are_not(checkout: Checkout) -> None:
    source = "def judge(sum):\n    assert sum\n"
    checkout.write("support/actions/sums.py", source)
    checkout.write("support/http/sums.py", source)
    checkout.write("steps/more.py", source)
    named = [finding.partition(": bare-boolean")[0] for finding in checkout.findings() if "bare-boolean" in finding]
    assert named == ["steps/more.py:2", "support/actions/sums.py:2"]


def test_a_name_that_means_a_boolean_here_and_something_else_there_is_not_taken_for_one(checkout: Checkout) -> None:
    checkout.write("support/http/other.py", "class Other:\n    right: str\n")
    assert found(checkout, "assert_that(sum.right, is_(sum.y))") == []

"""What counts as said in a log."""

import re

import pytest

from support.checks import log_lines


@pytest.mark.parametrize("text", ["CAIO_REGISTRY_SIZE=0 is unusable", "not '0'", 'got "0".', "size: 0\n", "0"])
def test_a_value_that_stands_by_itself_was_said(text: str) -> None:
    assert re.search(log_lines.by_itself("0"), text)


@pytest.mark.parametrize("text", ["2026-11-20T14:00:00.0Z", "CAIO_0", "10", "0.5", "1.0", "-0", "", "port 8080"])
def test_a_value_within_a_time_a_number_or_a_word_was_not(text: str) -> None:
    assert not re.search(log_lines.by_itself("0"), text)


@pytest.mark.parametrize("value", ["5 per fortnight", "example.com", "xml"])
def test_values_may_be_anything(value: str) -> None:
    assert re.search(log_lines.by_itself(value), f"CAIO_X: expected something else than {value!r}.")

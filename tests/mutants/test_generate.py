"""Mutants are made where a promise can be about the code, and nowhere else."""

import pytest

from tests.mutants import generate, sampling

CODE = '''\
"""A docstring with words."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    LIMIT = 4

@dataclass(frozen=True)
class Limit:
    """The most."""

    most: int | None = 5

    def __repr__(self) -> str:
        return str(1 + 2)

    def allows(self, count: int) -> bool:
        log.info("asked")
        log.info("asked for", count=count)
        if count < self.most:
            return True
        raise ValueError("that is too many")
'''


def of(code, operator=None):
    return [each for each in generate.sites_in("some/limit.py", code) if operator in (None, each.operator)]


def mutants(code):
    return [site.mutant(which) for site in of(code) for which in range(len(site.changed))]


def test_a_comparison_is_mutated() -> None:
    (mutant,) = [each for each in mutants(CODE) if each.operator == "swap_op"]
    assert (mutant.place, mutant.before, mutant.after) == (
        "some/limit.py:19",
        "if count < self.most:",
        "if count <= self.most:",
    )
    assert mutant.source == CODE.replace("count < self", "count <= self")


def test_annotations_docstrings_prose_and_log_texts_are_left_alone() -> None:
    assert not of(CODE, "string")
    assert {site.line for site in of(CODE)} == {11, 18, 19, 20, 21}
    dropped = [each.after for each in mutants(CODE) if each.line == 18]
    assert dropped == ['log.info("asked for", count=None)', 'log.info("asked for", )']


def test_what_is_no_python_or_changes_nothing_is_no_mutant() -> None:
    (site,) = of("a = (1)\n", "number")
    assert site.mutant(0) is not None


def test_a_statement_is_all_its_lines_and_a_compound_one_its_header() -> None:
    head = "@mark(\n    1,\n)\ndef f(a=(\n    2)):\n"
    code = f"{head}    x = [\n        3,\n    ]\n    if (a\n        and x):\n        return 1\n"
    spans = {line: generate.statement_lines(code, line) for line in range(1, 12)}
    assert spans[2] == spans[5] == range(1, 6)
    assert spans[7] == range(6, 9)
    assert spans[10] == range(9, 11)
    assert spans[11] == range(11, 12)


@pytest.fixture(scope="module")
def places():
    modules = {f"some/m{number}.py": "x = 1 + 2\ny = f(x, 3)\n" * (number + 1) for number in range(5)}
    return [site for name, code in modules.items() for site in generate.sites_in(name, code)]


def test_the_same_seed_gives_the_same_sample_and_another_one_another(places) -> None:
    first, again, other = (sampling.sample(places, 20, seed) for seed in (7, 7, 8))
    assert [each.name for each in first] == [each.name for each in again]
    assert [each.name for each in first] != [each.name for each in other]
    assert len({each.name for each in first}) == 20


def test_each_module_has_its_share(places) -> None:
    for seed in range(5):
        modules = [each.module for each in sampling.sample(places, 15, seed)]
        shares = [modules.count(f"some/m{number}.py") for number in range(5)]
        assert all(abs(share - expected) <= 1 for share, expected in zip(shares, range(1, 6), strict=True)), shares


def test_more_than_there_are_gives_all(places) -> None:
    assert len(sampling.sample(places, 10_000, 1)) == len(places)
    assert sampling.sample([], 10, 1) == sampling.sample(places, 0, 1) == []

"""The few who answer for all: a check keeps exactly those whom it keeps when it asks each by itself."""

from __future__ import annotations

from typing import Any

import pytest
from caio.contracts import ServiceContract
from caio.registry import ServiceRegistry
from caio.routing.checks import Check, Operator
from caio.routing.offers import FEW, Offers
from hypothesis import given
from hypothesis import strategies as st

from tests.systems.caio.core.builders import contract

FIGURES = st.sampled_from([0.0, 0.1, 0.5, 1.0])
REGIONS = st.none() | st.lists(st.sampled_from(["EU", "US"]), min_size=1, max_size=2, unique=True)
# Of so many, one would almost always state nothing if each may; so in half of the cases all state a figure.
SERVICES = st.sampled_from([FIGURES, st.none() | FIGURES]).flatmap(
    lambda figures: st.lists(st.tuples(figures, st.booleans(), REGIONS), min_size=FEW + 1, max_size=12)
)
CHECKS = st.one_of(
    st.tuples(st.just("accuracy"), st.sampled_from(["at_least", "at_most"]), st.sampled_from([0.0, 0.1, 0.3, 1.0])),
    st.tuples(st.just("requires_gpu"), st.just("equals"), st.booleans()),
    st.tuples(st.just("residency"), st.just("includes"), st.sampled_from(["EU", "US", "CH"])),
    st.tuples(
        st.just("service_id"),
        st.sampled_from(["one_of", "none_of"]),
        st.frozensets(st.sampled_from([f"s{number}" for number in range(12)])),
    ),
)


def offers(*contracts: ServiceContract) -> Offers:
    registry = ServiceRegistry()
    for each in contracts:
        registry.add(each)
    return registry.snapshot().index["chat"]


def check(field: str, operator: Operator, expected: Any) -> Check:
    return Check("match", "a rule", field, operator, expected)


@given(SERVICES, CHECKS)
def test_whom_a_check_keeps_does_not_depend_on_who_is_asked_first(
    services: list[tuple[float | None, bool, list[str] | None]], demand: tuple[str, Operator, Any]
) -> None:
    everybody = offers(
        *(
            contract(
                f"s{number}",
                guarantees={} if accuracy is None else {"accuracy": accuracy},
                constraints={"requires_gpu": gpu, "requires_internet": False},
                privacy={} if regions is None else {"residency": regions},
            )
            for number, (accuracy, gpu, regions) in enumerate(services)
        )
    )
    asked = check(*demand)
    for _ in range(2):
        assert list(asked.keep(everybody)) == list(asked.keep(list(everybody)))


@pytest.mark.parametrize(
    ("demand", "all_do"),
    [
        (("accuracy", "at_least", 0.5), True),
        (("accuracy", "at_least", 0.51), False),
        (("accuracy", "at_most", 0.69), True),
        (("accuracy", "at_most", 0.68), False),
        (("requires_gpu", "equals", False), True),
        (("requires_gpu", "equals", True), False),
        (("cost", "at_most", 9), False),
    ],
)
def test_who_answers_for_all_spares_asking_the_others(demand: tuple[str, Operator, Any], all_do: bool) -> None:
    everybody = offers(*(contract(f"s{number}", guarantees={"accuracy": 0.5 + number / 100}) for number in range(20)))
    assert (check(*demand).keep(everybody) is everybody) is all_do


def test_many_different_values_are_asked_one_by_one() -> None:
    names = [f"s{number}" for number in range(FEW + 1)]
    everybody = offers(*(contract(name) for name in names))
    assert everybody.kinds("service_id") == ()
    assert len(check("service_id", "one_of", frozenset(names)).keep(everybody)) == FEW + 1
    assert len(everybody[:FEW]) == len(Offers(everybody[:FEW]).kinds("service_id"))


def test_it_knows_whether_any_scores_are_equal() -> None:
    assert not offers(contract("a"), contract("b", guarantees={"accuracy": 0.9})).tied
    assert offers(contract("a"), contract("b"), contract("c", guarantees={"accuracy": 0.9})).tied

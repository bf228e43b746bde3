"""Sharing out: every case once, equal servers together, exclusive ones alone, lanes about equally long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from support.acceptance.plan import Planned
from support.run import shards
from support.run.selection import Case


def case(number: int, *setups: str, interface: str = "http", tags: tuple[str, ...] = ()) -> Case:
    location = f"features/tiny/f{number % 3}.feature:{number}"
    planned = Planned(
        key=f"{location}@{interface}",
        name=str(number),
        feature="f",
        rule=None,
        tags=tags,
        criteria=(),
        interface=interface,
        location=location,
    )
    return Case(planned, frozenset(setups))


CASES = st.lists(
    st.tuples(
        st.sets(st.sampled_from("abcdef"), max_size=2),
        st.sampled_from(["http", "python"]),
        st.sampled_from([(), ("exclusive",), ("slow",)]),
    ),
    max_size=30,
).map(lambda rows: [case(n, *setups, interface=over, tags=tags) for n, (setups, over, tags) in enumerate(rows)])


@given(CASES, st.integers(1, 4))
def test_every_case_is_in_exactly_one_shard_of_its_interface(cases: list[Case], jobs: int) -> None:
    schedule = shards.schedule(cases, jobs)
    placed = [case.key for shard in schedule.shards for case in shard.cases]
    assert sorted(placed) == sorted(case.key for case in cases)
    assert all(case.interface == shard.interface for shard in schedule.shards for case in shard.cases)
    assert schedule.jobs <= jobs
    assert len({shard.name for shard in schedule.shards}) == len(schedule.shards)


@given(CASES, st.integers(1, 4))
def test_a_set_up_is_never_in_two_shards_that_run_side_by_side(cases: list[Case], jobs: int) -> None:
    homes: dict[tuple[str, str], set[str]] = {}
    for shard in shards.schedule(cases, jobs).together:
        for item in shard.cases:
            for setup in item.setups:
                homes.setdefault((shard.interface, setup), set()).add(shard.name)
    assert all(len(names) == 1 for names in homes.values())


def test_set_ups_that_meet_in_one_scenario_stay_together() -> None:
    groups = shards.groups([case(1, "a"), case(2, "b"), case(3, "a", "b"), case(4, "c")])
    assert sorted(len(group) for group in groups) == [1, 3]


def test_exclusive_scenarios_come_last_and_alone() -> None:
    schedule = shards.schedule([case(1, "a"), case(2, "a", tags=("exclusive",))], 2)
    assert [shard.name for shard in schedule.alone] == ["http-alone"]
    assert [item.planned.name for item in schedule.alone[0].cases] == ["2"]


def test_work_is_spread_evenly_and_the_longest_is_begun_first() -> None:
    cases = [case(n, f"setup {n}") for n in range(12)] + [case(99, "slow one", tags=("slow",))]
    together = shards.schedule(cases, 2).together
    assert sorted(len(shard.cases) for shard in together) == [1, 2, 2, 2, 3, 3]
    assert together[0].cases[0].planned.name == "99"


def test_one_job_starts_one_process_per_interface() -> None:
    cases = [case(n, f"setup {n}", interface=over) for n, over in enumerate(["http", "python"] * 3)]
    assert sorted(shard.name for shard in shards.schedule(cases, 1).together) == ["http-1", "python-1"]


def test_locations_of_one_file_are_neighbours() -> None:
    schedule = shards.schedule([case(n, "a") for n in (9, 1, 3, 2, 12)], 1)
    assert schedule.shards[0].locations == [
        "features/tiny/f0.feature:3",
        "features/tiny/f0.feature:9",
        "features/tiny/f0.feature:12",
        "features/tiny/f1.feature:1",
        "features/tiny/f2.feature:2",
    ]

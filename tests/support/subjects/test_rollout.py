"""The operator who updates replicas that are only pretended, and what is made of the requests meanwhile."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.base.outcomes import Broken, NotMet
from support.deployments.containers.balancer import Seat
from support.subjects import rollout, rollout_operator
from support.subjects import rollout_traffic as traffic
from support.subjects.rollout import Rollout
from support.subjects.rollout_operator import Operation, Operator
from support.subjects.rollout_traffic import Sent, Traffic
from tests.support.world.stand_in import world_with

SIDES = [["blue-1", "blue-2"], ["green-1", "green-2"]]
WELL, UNWELL, ENDED, SICK_WHEN_USED, UNSEEN = "well", "unwell", "ended", "sick when used", "unseen"


@dataclass(slots=True)
class Place:
    """A replica, of which only the operator's doing is noted."""

    name: str
    done: list[str]
    image: str = WELL
    running: bool = False
    grace: float = 35.0
    exit_code: int | None = None

    @property
    def ready(self) -> bool:
        return self.image != UNWELL

    def stop(self, grace: float) -> int:
        assert grace == self.grace
        self.done.append(f"stop {self.name}")
        self.running, self.exit_code = False, 0
        return 0


@dataclass(slots=True)
class Pretended:
    """Replicas and their balancer in one; what runs is as well as its image says."""

    done: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {name: Place(name, self.done) for side in SIDES for name in side}
        self.states = {name: "ready" for name in self.places}
        for name in SIDES[0]:
            self.places[name].running = True

    @property
    def balancer(self) -> Pretended:
        return self

    @property
    def sides(self) -> list[list[Place]]:
        return [[self.places[name] for name in side] for side in SIDES]

    def opposite(self, side: list[Place]) -> list[Place]:
        return next(each for each in self.sides if each != side)

    def version(self, stage: str) -> str:
        return stage

    def launch(self, some: list[Place]) -> None:
        for place in some:
            self.done.append(f"start {place.name}")
            place.running = place.image != ENDED
            place.exit_code = 1 if place.image == ENDED else None

    def drain(self, name: str) -> None:
        self._set(name, "drain")

    def put_in(self, name: str) -> None:
        self._set(name, "ready")

    def take_out(self, name: str) -> None:
        self._set(name, "maint")

    def seats(self) -> dict[str, Seat]:
        return {name: self.seat(name) for name in self.places}

    def seat(self, name: str) -> Seat:
        place, state = self.places[name], self.states[name]
        used = place.image == SICK_WHEN_USED and f"ready {name}" in self.done
        well = place.running and place.image not in (UNWELL, UNSEEN) and not (used and self._looked(name))
        status = {"ready": "UP", "drain": "DRAIN", "maint": "MAINT"}[state] if well else "DOWN"
        return Seat(name, status, "L7OK" if well else "L7STS" if place.running else "L4CON", 0, 0, 0)

    def _looked(self, name: str) -> bool:
        """Sickness shows at the second look after it was put in."""
        self.done.append(f"looked {name}")
        return self.done.count(f"looked {name}") > 1

    def _set(self, name: str, state: str) -> None:
        self.states[name] = state
        self.done.append(f"{state} {name}")


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    monkeypatch.setattr(rollout_operator, "WATCHED", 0.2)
    monkeypatch.setattr(rollout_operator, "_POLL", 0.01)
    monkeypatch.setattr(Operator, "_look_up_version", lambda self, replica: None)
    return Pretended()


def operator(replicas: Pretended) -> Operator:
    stand_in: Any = replicas
    return Operator(stand_in, 0.3, stand_in.sides[0])


def done(replicas: Pretended) -> list[str]:
    return [each for each in replicas.done if not each.startswith("looked")]


def test_nobody_is_spared_before_another_serves_or_stopped_before_all_do(pretended: Pretended) -> None:
    someone = operator(pretended)
    assert someone.replace(WELL)
    assert done(pretended) == [
        *("drain green-1", "drain green-2", "start green-1", "start green-2"),
        *("ready green-1", "drain blue-1", "ready green-2", "drain blue-2"),
        *("maint blue-1", "maint blue-2", "stop blue-1", "stop blue-2"),
    ]
    assert [replica.name for replica in someone.serving] == SIDES[1]


def test_going_back_is_the_same_in_the_other_direction(pretended: Pretended) -> None:
    someone = operator(pretended)
    assert someone.replace(WELL)
    assert someone.replace(WELL)
    assert [replica.name for replica in someone.serving] == SIDES[0]
    assert {name for name, place in pretended.places.items() if place.running} == set(SIDES[0])


@pytest.mark.parametrize("sickness", [UNWELL, ENDED, SICK_WHEN_USED])
def test_a_sick_version_is_stopped_and_the_old_one_serves(pretended: Pretended, sickness: str) -> None:
    someone = operator(pretended)
    assert not someone.replace(sickness)
    assert [replica.name for replica in someone.serving] == SIDES[0]
    assert [pretended.states[name] for name in SIDES[0]] == ["ready", "ready"]
    assert {name for name, place in pretended.places.items() if place.running} == set(SIDES[0])
    used = "ready green-1" in pretended.done
    assert used == (sickness == SICK_WHEN_USED), "it is let to callers only once it was found well"
    assert "drain blue-2" not in pretended.done


def sent(at: float, by: str = "blue-1", kind: str = "ask", created: str = "", trouble: str = "") -> Sent:
    return Sent(at, kind, created, by, 0.01, 500 if trouble else 200, trouble)


@pytest.mark.parametrize(("image", "overlooked"), [(UNSEEN, SIDES[1]), (UNWELL, []), (ENDED, [])])
def test_a_version_that_is_ready_and_never_used_is_the_balancers_failure(
    pretended: Pretended, monkeypatch: pytest.MonkeyPatch, image: str, overlooked: list[str]
) -> None:
    someone, world = operator(pretended), world_with()
    monkeypatch.setattr(rollout, "_operator", lambda _: someone)
    monkeypatch.setattr(rollout, "_awaking", lambda *_: nullcontext())
    with pytest.raises(NotMet if overlooked else Broken) as told:
        rollout.update(cast(Any, world), image)
    assert someone.overlooked == overlooked
    assert all(name in str(told.value) for name in overlooked)


def test_a_request_that_failed_is_lost_and_what_it_registered_is_not_expected() -> None:
    requests = [
        sent(1.0),
        sent(1.1, kind="register", created="a"),
        sent(1.2, kind="register", created="b", trouble="status 502"),
    ]
    assert traffic.lost(requests) == ["register b: status 502 after 0.010 s"]
    assert traffic.acknowledged(requests) == {"a"}
    assert traffic.answered_by(requests, {"blue-1": "1.0.0"}) == {"1.0.0": 2}


def test_what_one_caller_of_many_is_not_told_of_is_missed() -> None:
    met = [["a", "b", "c"], ["a", "c"], ["a", "b", "c", "c"]]
    assert traffic.missed({"a", "b"}, met) == {"b"}
    assert traffic.told_twice(met) == {"c"}
    assert traffic.missed({"a", "b"}, met[:1]) == traffic.told_twice(met[:2]) == set()


def test_the_timeline_tells_second_by_second_who_answered_and_what_the_operator_did() -> None:
    requests = [sent(10.0), sent(10.4), sent(11.2, "green-1"), sent(11.3, trouble="status 503")]
    operations = [Operation(10.5, "starts green-1"), Operation(12.1, "stops blue-1")]
    assert list(rollout.timeline(operations, requests, {"blue-1": "1", "green-1": "2"})) == [
        "  0 s  1: 2",
        "       0.50 s  the operator starts green-1",
        "  1 s  2: 1, LOST: 1",
        "  2 s  nothing was sent",
        "       2.10 s  the operator stops blue-1",
    ]


def test_a_handful_of_requests_proves_nothing() -> None:
    stand_in: Any = SimpleNamespace(sent=[sent(1.0)] * (traffic.LEAST - 1), stop=lambda: None)
    with pytest.raises(Broken, match="at least 200"):
        Traffic.stop_and_count(stand_in)


@pytest.mark.parametrize(
    ("versions", "expected"),
    [({"blue-1": "1"}, NotMet), ({"blue-1": "1", "green-1": "1"}, Broken)],
)
def test_there_is_a_new_version_only_if_another_one_served(
    pretended: Pretended, versions: dict[str, str], expected: type[Exception]
) -> None:
    someone = operator(pretended)
    someone.versions = versions
    world = world_with(Rollout(operator=someone))
    with pytest.raises(expected, match="expected"):
        rollout.new_version(world)
    someone.versions = {"blue-1": "1", "green-1": "2"}
    assert (rollout.old_version(world), rollout.new_version(world)) == ("1", "2")

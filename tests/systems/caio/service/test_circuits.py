"""Circuits by themselves, with a clock that the test turns."""

from __future__ import annotations

import pytest
from caio.contracts import parse_contract
from caio.dispatch.circuits import CircuitBoard
from caio.registry import ServiceEntry

from tests.systems.caio.service.conftest import contract


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> CircuitBoard:
    return CircuitBoard(3, 10.0, clock)


def entry(health: str | None = None) -> ServiceEntry:
    body = contract()
    if health:
        body["api"]["health"] = health
    return ServiceEntry(parse_contract(body))


def fail(board: CircuitBoard, service: ServiceEntry, times: int) -> None:
    for _ in range(times):
        board.failed(service)


def test_only_failures_in_a_row_open_a_circuit(board: CircuitBoard) -> None:
    service = entry()
    fail(board, service, 2)
    board.succeeded(service)
    fail(board, service, 2)
    assert service.circuit == "closed"
    fail(board, service, 1)
    assert (service.circuit, board.admits(service), service.available) == ("open", False, False)


def test_after_its_rest_one_trial_goes_through_at_a_time(board: CircuitBoard, clock: Clock) -> None:
    service = entry()
    fail(board, service, 3)
    clock.now += 9.9
    board.half_open_rested()
    assert service.circuit == "open"
    clock.now += 0.1
    board.half_open_rested()
    assert service.circuit == "half-open"
    assert [board.admits(service), board.admits(service)] == [True, False]
    board.abandoned(service)
    assert board.admits(service)
    board.succeeded(service)
    assert (service.circuit, board.admits(service), board.admits(service)) == ("closed", True, True)


def test_a_failed_trial_begins_the_rest_anew(board: CircuitBoard, clock: Clock) -> None:
    service = entry()
    fail(board, service, 3)
    clock.now += 10
    board.half_open_rested()
    assert board.admits(service)
    board.failed(service)
    clock.now += 5
    board.half_open_rested()
    assert service.circuit == "open"


def test_a_service_that_can_be_probed_waits_for_its_probe(board: CircuitBoard, clock: Clock) -> None:
    service = entry("/health")
    fail(board, service, 3)
    assert not board.probed(service, True)
    assert service.circuit == "open"
    clock.now += 10
    board.half_open_rested()
    assert service.circuit == "open"
    assert board.probed(service, True)
    assert service.circuit == "half-open"


def test_a_replaced_service_starts_afresh(board: CircuitBoard) -> None:
    old, new = entry(), entry()
    fail(board, old, 3)
    assert board.admits(new)
    fail(board, new, 2)
    assert new.circuit == "closed"

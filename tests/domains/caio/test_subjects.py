"""Judgements that actions make ready for steps, at their edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from support.base import systems
from support.base.outcomes import Broken, NotMet, NotVerified
from support.checks.load_demands import Percentile
from support.domains.caio import registry_growth, stage_times
from support.domains.caio.verification_result import CRASHED, VerificationResult
from support.load import store
from support.load.result import LoadResult, Noise
from support.load.runner import LoadInterrupted
from support.subjects import load, slo
from support.subjects.auth import caller
from support.subjects.load import Loads
from tests.support.load.loads import endpoint, result
from tests.support.world.stand_in import world_with


def test_a_tool_that_found_something_says_so() -> None:
    assert VerificationResult(1, "the signature does not fit").tampered
    assert not VerificationResult(0, "genuine").tampered


@pytest.mark.parametrize("told", ["", f"{CRASHED}:\nKeyError: 'proofs'"])
def test_a_tool_that_merely_fails_has_found_nothing(told: str) -> None:
    assert not VerificationResult(1, told).tampered


def test_capital_letters_are_only_tried_on_a_token_that_has_small_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = systems.find("caio")
    monkeypatch.setenv("CAIO_TEST_USER_TOKEN", "small-letters")
    assert caller("a caller with a token in capital letters", system).shown == ("SMALL-LETTERS",)
    monkeypatch.setenv("CAIO_TEST_USER_TOKEN", "A1B2-C3")
    with pytest.raises(NotVerified, match="no small letters"):
        caller("a caller with a token in capital letters", system)


@pytest.mark.parametrize(
    "judge",
    [
        stage_times.demand_counted,
        stage_times.demand_same_times,
        lambda world: stage_times.demand_by_metrics(world, 95, 0.05),
        lambda world: stage_times.demand_stage_by_metrics(world, "contract matchings", 95, 0.01),
        lambda world: slo.demand_processor(world, 80),
    ],
)
def test_a_load_that_did_not_run_to_its_end_is_no_verdict_by_whatever_measure(judge: Callable[[Any], None]) -> None:
    """A worker that was lost has sent requests that nobody reported, and that the system counts all the same."""
    partial = result(endpoint("chat", [1000] * 500)).cut("load worker two disconnected")
    with pytest.raises(Broken, match="did not run to its end: load worker two disconnected"):
        judge(world_with(Loads([partial])))


def test_sizes_at_which_hardly_anything_was_answered_are_not_met_though_no_law_can_be_told() -> None:
    answered, silent = result(endpoint("chat", [1000] * 200)), result(endpoint("chat", [], {"status": 200}))
    sizes = [(1, answered), (10, answered), (100, silent), (1000, silent)]
    world = world_with()
    world.part = Mock(return_value=Mock(sizes=sizes))
    with pytest.raises(NotMet, match="with 100 services"):
        registry_growth.demand_at_every_size(world, Percentile(95, 0.05))
    world.evidence.drawing.assert_not_called()


def test_who_else_used_the_machine_while_traces_were_taken_is_said() -> None:
    slow, world = endpoint("match", [90_000] * 500), world_with(Loads(noise=Noise(foreign=0.3)))
    with pytest.raises(NotMet, match="other programs used 30% of this machine"):
        load.demand_times(world, slow, Percentile(95, 0.05))
    world.part(Loads).noise = Noise(foreign=0.9)
    with pytest.raises(Broken, match="others had 90% of this machine"):
        load.demand_times(world, slow, Percentile(95, 0.05))


def test_a_load_that_cannot_be_kept_is_shown_all_the_same_and_marked_as_partial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent, world = result(endpoint("chat", [1000] * 500)), world_with(Loads(), injected_faults=[])

    def full(kept: LoadResult, *_: object) -> None:
        raise store.NotKept("the disk is full", kept.cut("the disk is full"))

    monkeypatch.setattr(store, "keep", full)
    with pytest.raises(Broken, match="the disk is full"):
        load._kept(world, lambda: sent)
    assert [each.partial_because for each in world.part(Loads).results] == ["the disk is full"]
    attached = [call.args[0] for call in world.evidence.text.call_args_list]
    assert attached == ["load: why the result is partial"]

    def interrupted() -> LoadResult:
        raise LoadInterrupted(sent)

    with pytest.raises(LoadInterrupted):
        load._kept(world, interrupted)
    assert len(world.part(Loads).results) == 2

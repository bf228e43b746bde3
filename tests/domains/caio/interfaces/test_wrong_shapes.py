"""Whatever shape the parts of an answer have, steps judge it: it is met or not met, and never the suite's own error."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from steps import (
    caio_decisions,
    caio_errors,
    caio_failover,
    caio_registry,
    caio_routing,
    caio_workers,
    deployment,
    health,
)
from support.base import systems
from support.base.outcomes import NothingToJudge, NotMet
from support.checks.shapes import Stage
from support.domains.caio import decision_verification, dispatching, registrations, stage_times
from support.domains.caio.answer import Answer, refusal
from support.domains.caio.session import Caio, Together
from support.subjects import health as health_subject

SOUND: dict[str, Any] = json.loads(Path(__file__).with_name("decision.json").read_text(encoding="utf-8"))
ROOT = Path(__file__).resolve().parents[4]

WRONG: list[Any] = [
    {}, [], None, "", "text", 0, -1, 10**400, 1.5, True, [[]], [None], [{}], ["x"], {"x": None}, float("inf"), "\ud83d",
]  # fmt: skip


CAIO = systems.find("caio")
STARTED = SimpleNamespace(ready=True, told=str)


class Stub:
    """An orchestrator that answers all that it is asked in one way."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __getattr__(self, _: str) -> Callable[..., Any]:
        return lambda *args, **options: self._answer


def context(body: Any, text: Answer | None = None) -> Any:
    """A scenario whose every answer is this."""
    answer = text or Answer(body)
    world = SimpleNamespace(
        answer=answer,
        answers=[answer] if text else [answer, Answer(copy.deepcopy(body))],
        answers_of_all=[[answer, answer]],
        together=Together([answer], [answer]),
        policies=[{"type": "deny"}],
        contracts={},
        acknowledged={"best"},
        orchestrator=Stub(answer),
        endpoint=lambda name: f"/{name}",
        http=Stub(SimpleNamespace(json=lambda: body)),
        system=CAIO,
        settings=SimpleNamespace(timeouts=SimpleNamespace(settle=0.0)),
        heard=lambda each: each,
        noticed=lambda _: None,
    )
    parts = {"HealthReport": SimpleNamespace(body=body), "StartAttempt": SimpleNamespace(result=STARTED)}
    world.part = lambda kind: parts.get(kind.__name__, world)
    return SimpleNamespace(world=world)


JUDGEMENTS: dict[str, Callable[[Any], object]] = {
    "routed to": lambda c: caio_routing.is_routed_to(c, "best"),
    "route": lambda c: caio_routing.takes_route(c, "internal"),
    "was refused": lambda c: caio_routing.was_refused(c, "third", "its accuracy is too low"),
    "policies": lambda c: caio_routing.proves_policies(c, "best"),
    "chosen": lambda c: caio_routing.each_is_chosen(c, "best", 1),
    "always": lambda c: caio_routing.is_chosen_always(c, "best"),
    "ranks": lambda c: caio_routing.trace_ranks(c, "best, other"),
    "why": lambda c: caio_routing.trace_says_why(c, "other", "best", "accuracy"),
    "same": lambda c: caio_decisions.all_same(c, 2),
    "replicas": caio_decisions.replicas_agree,
    "names": lambda c: caio_decisions.names_service(c, "best", "best-1"),
    "control": caio_decisions.gives_control_signal,
    "guarantee": lambda c: caio_decisions.states_guarantee(c, "accuracy", "0.99"),
    "proof": lambda c: caio_decisions.proves_guarantee(c, "best", "accuracy", "0.9"),
    "stages": lambda c: caio_decisions.trace_shows_stages(c, "match, security"),
    "fetched": caio_decisions.fetch_first,
    "given": caio_decisions.is_given_decision,
    "each fetched": lambda c: caio_decisions.all_can_be_fetched(c, 1),
    "fetched apart": caio_workers.is_given_decision_always,
    "one answer": lambda c: caio_failover.gets_one_answer(c, "best"),
    "tried": lambda c: caio_failover.has_tried_only(c, "CAIO", "best"),
    "traced": lambda c: stage_times.traced_stages(c.world.part(Caio).answers),
    "times": lambda c: stage_times.stage_times("contract matchings", c.world.part(Caio).answers),
    "others": lambda c: caio_errors.others_are_routed(c, 1, "best"),
    **{
        f"tampered {part}": lambda c, part=part: decision_verification.tamper(
            copy.deepcopy(c.world.answer.result()), part
        )  # type: ignore[misc]
        for part in ("service", "route", "control signal", "guarantees", "proofs", "trace", "signature")
    },
}

PARTS = {"store": {"status": "healthy"}, "router": {"status": "healthy"}}
HEALTH = {"status": "healthy", "components": PARTS, "health": "healthy", "version": "1.0.0"}
OF_HEALTH: dict[str, Callable[[Any], object]] = {
    "components": lambda c: health.reports_components(c, "store, router"),
    "healthy": health.all_healthy,
    "others": health.others_healthy,
    "starts": lambda c: deployment.starts_healthy(c, "CAIO"),
    "read": lambda c: health_subject.report(c.world),
    "version": lambda c: registrations.version_of(c.world, "best"),
    "service": lambda c: dispatching.await_health(c.world, "best", "healthy"),
}

PROBLEM = {
    "type": "urn:x:problem:no-matching-services", "detail": "no matching services",
    "errors": [{"field": "intent", "message": "is missing", "line": 3}],
    "candidates": [{"service_id": "third", "outcome": "refused", "stage": "match", "reason": "accuracy is too low"}],
}  # fmt: skip
OF_PROBLEMS: dict[str, Callable[[Any], object]] = {
    "kind": lambda c: caio_errors.is_refused(c, "no-matching-services"),
    "field": lambda c: caio_errors.is_refused_naming(c, "no-matching-services", "intent"),
    "line": lambda c: caio_errors.is_refused_pointing(c, "no-matching-services", 3),
    "reason": lambda c: caio_routing.was_refused(c, "third", "its accuracy is too low"),
    "none": caio_routing.no_service_fits,
    "wrong": lambda c: caio_errors.wrong_are_refused(c, 1, "no-matching-services"),
}


def damaged(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with each part of it, itself included, in each of the wrong shapes, and without each field."""
    for place in _places(document):
        for wrong in [*WRONG, *([_GONE] if place else [])]:
            yield f"{'.'.join(map(str, place))} = {str(wrong)[:20]!r}", _with(document, place, wrong)


_GONE = object()


def _places(document: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield above
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, part in inner:
        yield from _places(part, (*above, key))


def _with(document: Any, place: tuple[str | int, ...], wrong: Any) -> Any:
    if not place:
        return wrong
    made = copy.deepcopy(document)
    *way, last = place
    part = made
    for key in way:
        part = part[key]
    if wrong is _GONE:
        del part[last]
    else:
        part[last] = copy.deepcopy(wrong)
    return made


def fallen_over(judgements: dict[str, Callable[[Any], object]], document: Any, made: Callable[[Any], Any]) -> list[str]:
    """The judgements that ended in an error which is no assertion, with the damage."""
    found = []
    for damage, wrong in damaged(document):
        for name, judge in judgements.items():
            try:
                judge(made(wrong))
            except AssertionError as error:
                if not str(error).strip():
                    found.append(f"{name}: {damage}: an assertion without words")
            except NothingToJudge:
                continue
            except Exception as error:  # noqa: BLE001 -- this is what is looked for
                found.append(f"{name}: {damage}: {error!r}")
    return found


@pytest.mark.parametrize(
    ("judgements", "sound"), [(JUDGEMENTS, SOUND), (OF_HEALTH, HEALTH)], ids=["decisions", "health"]
)
def test_a_sound_answer_is_met_by_all(judgements: dict[str, Callable[[Any], object]], sound: Any) -> None:
    for judge in judgements.values():
        judge(context(copy.deepcopy(sound)))


def test_no_wrong_part_of_a_decision_makes_a_step_fall_over() -> None:
    assert fallen_over(JUDGEMENTS, SOUND, context) == []


def test_no_wrong_part_of_a_health_check_makes_a_step_fall_over() -> None:
    assert fallen_over(OF_HEALTH, HEALTH, context) == []


def test_no_wrong_part_of_a_problem_makes_a_step_fall_over() -> None:
    made = lambda problem: context(problem, Answer(problem, refusal(problem), status=409))  # noqa: E731
    for judge in OF_PROBLEMS.values():
        judge(made(PROBLEM))
    assert fallen_over(OF_PROBLEMS, PROBLEM, made) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_decision_is_not_met_and_says_what_was_expected_and_what_came(wrong: Any) -> None:
    with pytest.raises(AssertionError) as raised:
        caio_routing.is_routed_to(context(wrong), "best")
    assert "expected" in str(raised.value).lower()
    assert (repr(wrong)[:50] if wrong is not None else "null") in str(raised.value)


@pytest.mark.parametrize(
    "step", [caio_registry.holds_nothing, lambda c: caio_registry.holds_version(c, "1.0.0", "best")]
)
def test_entries_of_the_registry_without_what_is_asked_for_are_not_met(step: Callable[[Any], object]) -> None:
    with pytest.raises(AssertionError):
        step(context([{"service_id": "best"}]))


def test_a_part_that_is_read_is_the_part_itself() -> None:
    answer = Answer(copy.deepcopy(SOUND))
    caio_decisions.proofs(answer.body, "best")[0]["actual"] = 7
    decision_verification.tamper(answer.body, "signature")
    assert (answer.body["proofs"][0]["actual"], answer.body["signature"]["value"]) == (7, "Bbc=")


def test_nothing_reaches_into_an_answer_but_by_its_readers() -> None:
    """``answer.body["x"]``, ``answer.result()["x"]``, ``exchange.json()["x"]``: each a KeyError, not a judgement."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("steps", "support")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice) and _is_answer(node.value)
    ]
    # the suite's own service; requests that the suite made up; bytes; syntax trees
    own = {
        "support/domains/caio/dispatching.py",
        "support/domains/gateway/requests.py",
        "support/domains/caio/model.py",
        "support/http/exchange.py",
        "support/requirements/needs.py",
    }
    assert [place for place in found if place.partition(":")[0] not in own] == []


def _is_answer(node: ast.expr) -> bool:
    called = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("json", "result")
    )
    return called or (isinstance(node, ast.Attribute) and node.attr == "body" and not isinstance(node.ctx, ast.Store))


def test_what_is_read_says_where_it_is_wrong() -> None:
    answer = Answer({"trace": {"stages": [{"name": "match", "duration_us": "x"}]}})
    with pytest.raises(NotMet, match=r"trace\.stages does not have the shape .*0\.duration_us: Input should be"):
        answer.read(list[Stage], "trace", "stages")

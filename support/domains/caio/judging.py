"""Judges what CAIO answered by what the model says: who was chosen, who was refused and why, and what is stated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

from support.checks.shapes import Object, read
from support.domains.caio import decisions, model, wording
from support.domains.caio.answer import Answer, Candidate
from support.domains.caio.interface import RouteRequest
from support.domains.caio.model import Asked, Contract
from support.domains.caio.reasons import explains
from support.model import Difference

Patterns = Mapping[str, str]
"""Reason, as in ``reasons.REASONS`` → what the words of the system match."""

NOBODY = "no-matching-services"


def judge(
    answer: Answer,
    contracts: Sequence[Contract],
    request: RouteRequest,
    patterns: Patterns,
    asked: Asked,
    tried: Collection[str] = (),
) -> None:
    """Raise Difference if the answer is not one that the rules give.

    ``asked`` is all that the request is decided by; ``tried`` are services that have been called in vain.
    """
    contracts = [each for each in contracts if each["service_id"] not in tried]
    able = {each["service_id"]: each for each in model.admissible(contracts, asked)}
    if answer.refusal is not None and (answer.refusal.kind != NOBODY or able):
        expected = f"a decision for {wording.listed(able)}" if able else "a refusal because no service fits"
        raise Difference(expected, f"it was refused as {answer.refusal}")
    candidates = {each.service_id: each for each in answer.candidates() if each.service_id not in tried}
    for each in contracts:
        _judge_candidate(each, candidates.get(each["service_id"]), asked, patterns)
    if unknown := candidates.keys() - {each["service_id"] for each in contracts}:
        raise Difference("only services that are registered", f"{wording.listed(unknown)} was considered too")
    if answer.refusal is None:
        _judge_decision(answer, list(able.values()), asked, request)


def _judge_candidate(contract: Contract, seen: Candidate | None, asked: Asked, patterns: Patterns) -> None:
    name, why = wording.name_of(contract), model.refusals(contract, asked)
    if seen is None:
        if model.NOT_OFFERED not in why:
            raise Difference(f"{name} among the services that were considered", "it was not")
        return
    if not why:
        if seen.outcome == "refused":
            raise Difference(f"{name} to be admitted", f"it was refused at {seen.stage}: {seen.reason}")
        return
    if seen.outcome != "refused":
        raise Difference(f"{name} to be refused because {' and '.join(sorted(why))}", f"it was {seen.outcome}")
    words = [patterns[each] for each in why if each in patterns]
    if why & model.WITHOUT_WORDS == why or any(explains(seen, each) for each in words):
        return
    if not why & model.WITHOUT_WORDS:
        raise Difference(f"{name} to be refused because {' or '.join(sorted(why))}", f"the reason was: {seen.reason}")


def _judge_decision(answer: Answer, able: Sequence[Contract], asked: Asked, request: RouteRequest) -> None:
    decision = read(answer.result(), Object)
    chosen = read(decision, str, "service_id")
    best = {each["service_id"]: each for each in model.winners(able, asked)}
    if chosen not in best:
        beaten = f"a decision for {wording.listed(best)}" + (", whom no other service beats" if len(able) > 1 else "")
        raise Difference(beaten, f"it was for {wording.listed([chosen])}")
    _judge_scores(decision, able, asked, chosen)
    contract = best[chosen]
    if (way := read(decision, str, "route")) != model.route(contract):
        raise Difference(f"the {model.route(contract)} route", f"it was the {way} route")
    promised = model.guarantees(contract, asked.abilities) | {n: contract[n] for n in ("privacy",) if n in contract}
    if (given := read(decision, Object, "guarantees")) != promised:
        raise Difference(f"the guarantees {promised} of {wording.name_of(contract)}", f"they were {given}")
    if request.policies and (missing := decisions.unproven(decision, chosen, request.policies)):
        raise Difference("a proof for every policy", f"there is none for {'; '.join(map(wording.of_policy, missing))}")
    made_by = read(decision, Object, "trace")
    for name, value in (("seed", request.seed), ("policies", request.policies)):
        if made_by.get(name) != value:
            raise Difference(f"a trace with the {name} {value}", f"it says {made_by.get(name)}")


def _judge_scores(decision: Any, able: Sequence[Contract], asked: Asked, chosen: str) -> None:
    """Scores agree with who beats whom, equals have equal scores, and the chosen one has the best."""
    rows = {row["service_id"]: row for row in read(decision, list[Object], "trace", "candidates")}
    scores = {each["service_id"]: read(rows[each["service_id"]], float, "score") for each in able}
    for one, other in combinations(able, 2):
        first, second = scores[one["service_id"]], scores[other["service_id"]]
        names = wording.name_of(one), wording.name_of(other)
        told = f"their scores are {first} and {second}"
        if model.beats(one, other, asked) and not first > second:
            raise Difference(f"{names[0]} above {names[1]}", told)
        if model.beats(other, one, asked) and not second > first:
            raise Difference(f"{names[1]} above {names[0]}", told)
        if model.equals(one, other, asked) and first != second:
            raise Difference(f"{names[0]} and {names[1]} to be equals", told)
    if scores[chosen] < max(scores.values()):
        raise Difference("the service with the best score", f"{wording.listed([chosen])} was chosen, of {scores}")

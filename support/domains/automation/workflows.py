"""Workflows: triggered, followed to their end, and judged by what their steps have done to a lead, once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import NotMet
from support.base.waiting import until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api, leads
from support.http import Exchange
from support.world.core import World, last

Body = Mapping[str, Any]

STEPS = 3
SLOW_SECONDS = 0.4
QUICK: Body = {"name": "quick", "steps": [{"name": "note", "action": "note", "parameters": {"text": "quick"}}]}
ENDED = ("completed", "failed")
DEAD_WITHIN = 30.0
PATIENCE = 40.0
"""Seconds in which workflows must have ended that were held up by a fault: leases run out, and jobs are sent again."""


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow that was accepted: its id, the lead that it works on, and how many of its steps leave a note there."""

    id: str
    lead: str
    notes: int


@dataclass(slots=True)
class Workflows:
    """The workflows of a scenario in order, and what was last told of each."""

    runs: list[Run] = field(default_factory=list)
    told: dict[str, shapes.Object] = field(default_factory=dict)
    campaigns: list[str] = field(default_factory=list)

    @property
    def last(self) -> Run:
        """The last workflow. Raises Broken before there is one."""
        return last(self.runs, "no workflow has been triggered yet")


def noting(lead: str, slow: bool = False, steps: int = STEPS) -> Body:
    """A workflow whose steps each leave a note on a lead; slow ones pause before that."""
    body: list[Body] = []
    for number in range(1, steps + 1):
        if slow:
            body.append({"name": f"pause {number}", "action": "wait", "parameters": {"seconds": SLOW_SECONDS}})
        body.append({"name": f"note {number}", "action": "note", "parameters": {"text": f"note {number}"}})
    return {"name": "notes", "lead_id": lead, "steps": body}


def failing(lead: str) -> Body:
    """A workflow whose second step cannot be done."""
    first = {"name": "first", "action": "note", "parameters": {"text": "first"}}
    return {"name": "fails", "lead_id": lead, "steps": [first, {"name": "second", "action": "fail", "parameters": {}}]}


def trigger(world: World, body: Body, who: str = api.USER, notes: int = 0, **options: Any) -> Run:
    """Have somebody trigger a workflow, which must be accepted."""
    answer = api.act(world, who, "POST", "workflows", json=body, **options)
    run = Run(id_in(api.done(answer)), str(body.get("lead_id", "")), notes)
    world.part(Workflows).runs.append(run)
    return run


def trigger_many(world: World, count: int, slow: bool = False) -> None:
    """Have a user trigger so many workflows, each of which leaves notes on a lead of its own."""
    for number in range(count):
        lead = leads.create(world, {"first_name": f"Worked on {number}"})
        trigger(world, noting(lead.id, slow), notes=STEPS)


def start(world: World, who: str) -> str:
    """Have somebody trigger a quick workflow; its id."""
    return trigger(world, QUICK, who).id


def status(world: World, run: str, who: str = api.USER) -> Exchange:
    """Ask for the status of a workflow, as the step's own action."""
    return api.act(world, who, "GET", "workflows", f"/{run}/status")


def await_end(world: World, run: Run, wanted: str) -> str:
    """How a workflow ended, once it has. Raises NotMet if it ends otherwise, or not at all."""
    noted = world.part(Workflows).told

    def ended() -> bool:
        noted[run.id] = told = shapes.read(
            api.done(api.call(world, api.USER, "GET", "workflows", f"/{run.id}/status")), shapes.Object
        )
        assert told.get("status") in ENDED, f"{run.id}: {told}"
        return True

    patience = max(PATIENCE, world.settings.timeouts.settle)
    until(ended, patience, f"the workflow to be {wanted}", poll=0.1, failing=NotMet)
    return str(noted[run.id]["status"])


def ends_of_all(world: World, wanted: str) -> dict[str, str]:
    """The workflows that ended otherwise, and how."""
    ends = {run.id: await_end(world, run, wanted) for run in enough(world.part(Workflows).runs, "workflows")}
    return {run: end for run, end in ends.items() if end != wanted}


def wrong_effects(world: World) -> list[str]:
    """The steps of workflows whose effect is missing on the lead that they work on, or is there more than once."""
    wrong: list[str] = []
    for run in enough([each for each in world.part(Workflows).runs if each.notes], "workflows that leave notes"):
        texts = notes_on(world, run)
        for number in range(1, run.notes + 1):
            if (times := texts.count(f"note {number}")) != 1:
                wrong.append(f"workflow {run.id}: note {number} is there {times} times")
    return wrong


def notes_on(world: World, run: Run) -> list[str]:
    """The texts that a workflow has left on its lead."""
    told = api.done(api.call(world, api.USER, "GET", "leads", f"/{run.lead}/activities"))
    entries = shapes.read(told, list[shapes.Object], "activities")
    return [str(each.get("text")) for each in entries if each.get("workflow_id") == run.id]


def vague_steps(world: World) -> list[str]:
    """The steps of the last workflow of which its status does not say what, since when, and how often."""
    told = world.part(Workflows).told[world.part(Workflows).last.id]
    steps = enough(shapes.read(told, list[shapes.Object], "steps"), "steps in the status")
    named = ("name", "status", "since", "attempts")
    return [f"{step.get('name')}: no {name}" for step in steps for name in named if not step.get(name)]


def vague_failure(world: World) -> list[str]:
    """What the status of a failed workflow does not say of the step that failed."""
    told = world.part(Workflows).told[world.part(Workflows).last.id]
    steps = {str(step.get("name")): step for step in shapes.read(told, list[shapes.Object], "steps")}
    second = steps.get("second", {})
    wrong = [f"second: {name} is {second.get(name)!r}" for name in ("error", "attempts") if not second.get(name)]
    if second.get("status") != "failed" or steps.get("first", {}).get("status") != "completed":
        wrong.append(f"the steps are {[(name, step.get('status')) for name, step in steps.items()]}")
    return wrong


def create_campaign(world: World, who: str) -> str:
    """Have somebody create a campaign; its id."""
    answer = api.act(world, who, "POST", "campaigns", json={"name": "Spring"})
    world.part(Workflows).campaigns.append(id_in(api.done(answer)))
    return world.part(Workflows).campaigns[-1]


def id_in(document: object) -> str:
    """The id of a workflow or campaign, in what the API says of it."""
    told = shapes.read(document, shapes.Object)
    found = told.get("id") or told.get("workflow_id")
    if not isinstance(found, str | int):
        raise NotMet(f"expected an id, but it is {told!r}")
    return str(found)


def same(runs: Sequence[Run]) -> bool:
    """Whether all of these are one workflow."""
    return len({run.id for run in enough(runs, "workflows", 2)}) == 1

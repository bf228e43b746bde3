"""Workflows: triggered, followed to their end, and judged by what their steps have recorded about a lead, once each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import Broken, NotMet
from support.base.waiting import let_pass, until
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api, leads
from support.http import Exchange
from support.world.core import World, last

Body = Mapping[str, Any]

STEPS = 3
SLOW_SECONDS = 0.3
"""How long a slow step keeps a worker, besides its effect."""
QUICK: Body = {"name": "quick", "steps": [{"action": "record", "text": "quick"}]}
ENDED = ("completed", "failed")
PATIENCE = 40.0
"""Seconds in which workflows must have ended that a fault has held up: leases run out, and jobs are sent again."""
KEY = "Idempotency-Key"
NOBODYS = "0" * 32
"""The id of a workflow that nobody has started."""


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow that was accepted: its id, the lead that it works on, and how many of its steps record something."""

    id: str
    lead: str = ""
    records: int = 0
    owner: str = api.USER


@dataclass(slots=True)
class Workflows:
    """The workflows of a scenario in order, what was last told of each, and the campaigns."""

    runs: list[Run] = field(default_factory=list)
    told: dict[str, shapes.Object] = field(default_factory=dict)
    campaigns: list[str] = field(default_factory=list)
    dead: list[shapes.Object] = field(default_factory=list)

    @property
    def last(self) -> Run:
        """The last workflow. Raises Broken before there is one."""
        return last(self.runs, "no workflow has been triggered yet")

    @property
    def campaign(self) -> str:
        """The last campaign. Raises Broken before there is one."""
        return last(self.campaigns, "no campaign has been created yet")


def recording(lead: str, slow: bool = False) -> Body:
    """A workflow whose steps each record something about a lead; slow ones work on it for a while before that."""
    steps: list[Body] = []
    for number in range(1, STEPS + 1):
        if slow:
            steps.append({"action": "score", "name": f"work {number}", "seconds": SLOW_SECONDS})
        steps.append({"action": "record", "name": f"record {number}", "text": f"record {number}"})
    return {"name": "records", "lead_id": lead, "steps": steps}


def failing(lead: str) -> Body:
    """A workflow whose second step asks for what the lead has not."""
    first = {"action": "record", "name": "first", "text": "record 1"}
    return {
        "name": "fails",
        "lead_id": lead,
        "steps": [first, {"action": "require", "name": "second", "fields": ["email"]}],
    }


def trigger(
    world: World, body: Body, who: str = api.USER, records: int = 0, endpoint: str = "workflows", key: str = ""
) -> Run:
    """Have somebody trigger a workflow, which must be accepted."""
    answer = api.act(world, who, "POST", endpoint, json=body, headers={KEY: key} if key else {})
    run = Run(shapes.read(api.done(answer), str, "workflow_id"), str(body.get("lead_id", "")), records, who)
    world.part(Workflows).runs.append(run)
    return run


def trigger_on_lead(world: World, endpoint: str = "workflows", slow: bool = False, who: str = api.USER) -> Run:
    """Have somebody trigger a workflow that records something about a new lead."""
    lead = leads.create(world, {"first_name": "Worked on"}, who)
    return trigger(world, recording(lead.id, slow), who, STEPS, endpoint)


def trigger_many(world: World, count: int, slow: bool = False) -> None:
    """Have a user trigger so many workflows, each of which records something about a lead of its own."""
    for _ in range(count):
        trigger_on_lead(world, slow=slow)


def trigger_failing(world: World) -> Run:
    """Have a user trigger a workflow that fails in its second step, as its lead has no e-mail address."""
    lead = leads.create(world, {"first_name": "Without an address"})
    return trigger(world, failing(lead.id), records=1)


def trigger_twice(world: World, other: bool = False) -> None:
    """Have a user trigger a workflow twice with one idempotency key; the second time another one, if so."""
    lead = leads.create(world, {"first_name": "Twice"})
    body, key = recording(lead.id), f"key of {lead.id}"
    trigger(world, body, records=STEPS, key=key)
    if other:
        api.act(world, api.USER, "POST", "workflows", json={**body, "name": "another"}, headers={KEY: key})
    else:
        trigger(world, body, records=STEPS, key=key)


def status(world: World, run: str, who: str = api.USER) -> Exchange:
    """Ask for the status of a workflow, as the step's own action."""
    return api.act(world, who, "GET", "workflows", f"/{run}/status")


def await_end(world: World, run: Run, wanted: str) -> str:
    """How a workflow ended, once it has. Raises NotMet if it does not end, or otherwise than wanted."""
    noted = world.part(Workflows).told

    def ended() -> bool:
        answer = api.call(world, run.owner, "GET", "workflows", f"/{run.id}/status")
        noted[run.id] = told = shapes.read(api.done(answer), shapes.Object)
        assert told.get("status") in ENDED, f"{run.id} is {told.get('status')}: {told.get('step')}"
        return True

    until(ended, PATIENCE, f"the workflow to be {wanted}", poll=0.1, failing=NotMet)
    return str(noted[run.id]["status"])


def other_ends(world: World, wanted: str) -> dict[str, str]:
    """The workflows that ended otherwise, and how."""
    ends = {run.id: await_end(world, run, wanted) for run in enough(world.part(Workflows).runs, "workflows")}
    return {run: end for run, end in ends.items() if end != wanted}


def wrong_effects(world: World) -> list[str]:
    """The steps of workflows whose effect on the lead is missing, or is there more than once."""
    wrong: list[str] = []
    for run in enough([each for each in world.part(Workflows).runs if each.records], "workflows that record something"):
        texts = recorded(world, run)
        for number in range(1, run.records + 1):
            if (times := texts.count(f"record {number}")) != 1:
                wrong.append(f"workflow {run.id}: record {number} is there {times} times")
    return wrong


def recorded(world: World, run: Run) -> list[str]:
    """The texts that a workflow has recorded about its lead."""
    told = api.done(api.call(world, run.owner, "GET", "leads", f"/{run.lead}/activities"))
    entries = shapes.read(told, list[shapes.Object], "activities")
    return [str(each.get("text")) for each in entries if each.get("workflow_id") == run.id]


def vague_steps(world: World) -> list[str]:
    """The steps of the last workflow of which its status does not say what, since when, and how often."""
    told = world.part(Workflows).told[world.part(Workflows).last.id]
    steps = enough(shapes.read(told, list[shapes.Object], "steps"), "steps in the status", STEPS)
    return [
        f"{step.get('name')}: no {name}"
        for step in steps
        for name in ("name", "status", "since", "attempts", "finished_at")
        if not step.get(name)
    ]


def vague_failure(world: World, tries: int) -> list[str]:
    """What the status of a failed workflow does not say of the step that failed."""
    told = world.part(Workflows).told[world.part(Workflows).last.id]
    steps = {str(step.get("name")): step for step in shapes.read(told, list[shapes.Object], "steps")}
    first, second = steps.get("first", {}), steps.get("second", {})
    wrong = [] if "email" in str(second.get("error")) else [f"second: error is {second.get('error')!r}"]
    if second.get("attempts") != tries:
        wrong.append(f"second: attempts is {second.get('attempts')!r}, not {tries}")
    if (first.get("status"), second.get("status")) != ("completed", "failed"):
        wrong.append(f"the steps are {[(name, step.get('status')) for name, step in steps.items()]}")
    at = told.get("step") or {}
    return wrong if at.get("name") == "second" else [*wrong, f"the step that it is at is {at.get('name')!r}"]


def has_begun(world: World) -> None:
    """Wait until a worker has begun with one of the workflows. Raises Broken if none does."""

    def begun() -> bool:
        for run in world.part(Workflows).runs:
            told = api.done(api.call(world, run.owner, "GET", "workflows", f"/{run.id}/status"))
            if shapes.read(told, str, "status") in ("running", *ENDED):
                return True
        return False

    until(begun, world.settings.timeouts.settle, "a worker to begin with one of the workflows")


def wait_out_lease(seconds: float = 4.5) -> None:
    """Let the time pass after which jobs of a worker that gives no sign of life are taken over."""
    let_pass(seconds, "the leases of a worker that gives no sign of life run out")


def complete_lead(world: World) -> None:
    """Give the lead of the last workflow what its second step asked for."""
    lead = world.part(Workflows).last.lead
    api.done(api.call(world, api.USER, "PUT", "leads", f"/{lead}", json={"email": "found@example.org"}))


def retry_dead(world: World) -> None:
    """Have an administrator try all dead letters again that are of this scenario's workflows."""
    told = api.done(api.call(world, api.ADMIN, "GET", "dead-letters"))
    mine = {run.id for run in world.part(Workflows).runs}
    letters = [each for each in shapes.read(told, list[shapes.Object], "dead_letters") if each.get("ref") in mine]
    world.part(Workflows).dead = letters
    for letter in letters:
        api.done(api.call(world, api.ADMIN, "POST", "dead-letters", f"/{letter['id']}/retry"))
    if not letters:
        raise NotMet(f"expected a dead letter of {', '.join(mine)}, but there are: {told}")


def create_campaign(world: World, who: str) -> str:
    """Have somebody create a campaign; its id."""
    answer = api.act(world, who, "POST", "campaigns", json={"name": "Spring"})
    world.part(Workflows).campaigns.append(shapes.read(api.done(answer), str, "id"))
    return world.part(Workflows).campaign


def count_in_campaign(world: World, opened: int, clicked: int) -> None:
    """Have an administrator report so many openings and clicks for the last campaign; it is accepted."""
    below = f"/{world.part(Workflows).campaign}/metrics"
    api.done(api.act(world, api.ADMIN, "POST", "campaigns", below, json={"opened": opened, "clicked": clicked}))


def counts_of_campaign(world: World) -> shapes.Object:
    """The counts of the last campaign."""
    answer = api.call(world, api.ADMIN, "GET", "campaigns", f"/{world.part(Workflows).campaign}/metrics")
    return shapes.read(api.done(answer), shapes.Object, "metrics")


def ids(world: World) -> list[str]:
    """The ids of the workflows, each once."""
    runs = world.part(Workflows).runs
    if len(runs) < 2:
        raise Broken("fewer than two workflows have been triggered")
    return sorted({run.id for run in runs})

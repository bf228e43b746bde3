"""How many explainers a peak needs: asked of the system's own analyser, and worked out here by itself.

Little's law: so many threads are busy as explanations arrive each second times the seconds that each takes. With a
target utilisation, and so many threads in each explainer, that many explainers are needed; and never fewer than the
chart is configured for.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from support.base.outcomes import Broken, NotMet
from support.checks import exposition, shapes
from support.checks.basis import enough
from support.checks.findings import Finding, found
from support.checks.matchers import Described, shortened
from support.domains.sidecar import loads, metrics
from support.domains.sidecar.loads import Mixed
from support.domains.sidecar.platform import api_guard, autoscaling, chart, files
from support.domains.sidecar.platform.chart import Rendered
from support.domains.sidecar.platform.selection import workloads
from support.domains.sidecar.traces import Traces
from support.subjects import load
from support.world.core import World

COMMAND = "recommend-replicas"
WITHIN, OUTSIDE = 0, 1
"""Exit statuses of the analyser; any other says that it could not recommend."""
DURATION = "explainer_job_duration_seconds"
THREADS = "SIDECAR_EXPLAINER_THREADS"
"""The variable by which the chart tells an explainer how many threads it has."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured load: chats, those of them that were explained, and how many explanations took how many seconds."""

    chats: float
    explained: float
    explanations: float
    explanation_seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be carried: chats per second at the peak, and the share of their time that explainers may be busy."""

    peak_chats_per_second: float
    target_utilisation: float


class Recommendation(BaseModel):
    """What the analyser said, as far as it is judged."""

    model_config = ConfigDict(extra="ignore", strict=True)

    recommended: int
    within_bounds: bool
    min_replicas: int
    max_replicas: int


@dataclass(slots=True)
class Analysis:
    """A measured load, the plan, what the analyser recommended, its exit status and what it wrote; None before that."""

    measured: Measured | None = None
    plan: Plan | None = None
    said: Recommendation | None = None
    status: int | None = None
    output: str = ""
    trouble: str = ""

    @property
    def whole(self) -> tuple[Measured, Plan, Recommendation]:
        """All of it. Raises Broken before the analyser was asked."""
        if self.measured is None or self.plan is None or self.said is None:
            raise Broken("the analyser has not been asked yet")
        return self.measured, self.plan, self.said


def measure(world: World, users: int, seconds: float, level: str) -> None:
    """Put a load on, and count chats by their callers, and explanations by the explainers' own metrics."""
    before = metrics.of_explainers(world)
    loads.steadily(world, users, seconds, level)
    after = metrics.of_explainers(world)
    count, took = (_rise(before, after, f"{DURATION}_{part}") for part in ("count", "sum"))
    chats = [each for each in world.part(Mixed).chats if each.ok]
    traced = world.part(Traces).made
    enough(traced, "chats that were explained")
    world.part(Analysis).measured = Measured(len(chats), len(traced), count, took)


def analyse(world: World, plan: Plan | None = None) -> None:
    """Have the analyser recommend, by the plan beside the chart or another. Raises NotMet if it does not."""
    ask(world, plan)
    mine = world.part(Analysis)
    if mine.status not in (WITHIN, OUTSIDE):
        raise NotMet(f"expected a recommendation, but the analyser ended with {mine.status}: {mine.trouble}")
    mine.said = shapes.read(_json(mine.output), Recommendation)


def ask(world: World, plan: Plan | None = None) -> None:
    """Run the analyser with the load that was measured, and keep what it said."""
    mine = world.part(Analysis)
    if mine.measured is None:
        raise Broken("no load has been measured yet")
    mine.plan = plan or _plan(world)
    with TemporaryDirectory() as folder:
        measured, planned = Path(folder) / "load.json", Path(folder) / "plan.yaml"
        measured.write_text(json.dumps(asdict(mine.measured)), encoding="utf-8")
        planned.write_text(yaml.safe_dump(asdict(mine.plan)), encoding="utf-8")
        values = files.path(world, "helm_chart") / "values.yaml"
        given = {"measured": str(measured), "plan": str(planned), "values": str(values)}
        command = world.system.command(COMMAND, given)
        done = api_guard.run(command)
    told = f"{mine.measured}\n{mine.plan}\n{' '.join(command)}\nexit status {done.returncode}"
    world.show("the attach-rate analyser", f"{told}\n{done.stdout}{done.stderr}")
    mine.status, mine.output, mine.trouble = done.returncode, done.stdout, done.stderr.strip()


def refusal() -> Described[Analysis]:
    """An analysis that was refused in a sentence."""
    return Described(
        "a refusal in a sentence, with an exit status of its own",
        lambda mine: (
            mine.status not in (None, WITHIN, OUTSIDE)
            and not mine.output.strip()
            and "Traceback" not in mine.trouble
            and len(mine.trouble.split()) > 3
        ),
        lambda mine: f"it ended with {mine.status} and said: {shortened(mine.output + mine.trouble) or '(nothing)'}",
    )


def wrong(world: World) -> list[str]:
    """What the analyser says otherwise than what follows from load, plan and the chart as it renders."""
    measured, plan, said = world.part(Analysis).whole
    made = chart.chart(world).render({})
    low, high = autoscaling.bounds(made, autoscaling.EXPLAINER)
    expected = expected_replicas(measured, plan, *_explainer(made))
    is_within = low <= expected <= high
    told: dict[str, tuple[Any, Any]] = {
        "replicas": (said.recommended, expected),
        "lower bound": (said.min_replicas, low),
        "upper bound": (said.max_replicas, high),
        "whether they are within the bounds": (said.within_bounds, is_within),
        "exit status": (world.part(Analysis).status, WITHIN if is_within else OUTSIDE),
    }
    return [f"{what}: {seen}, where {right} follows" for what, (seen, right) in told.items() if seen != right]


def expected_replicas(measured: Measured, plan: Plan, threads: int, least: int) -> int:
    """How many explainers are needed, in exact arithmetic."""
    arriving = Fraction(plan.peak_chats_per_second) * Fraction(measured.explained) / Fraction(measured.chats)
    busy = arriving * Fraction(measured.explanation_seconds) / Fraction(measured.explanations)
    return max(least, math.ceil(busy / threads / Fraction(str(plan.target_utilisation))))


def demand_within(world: World) -> None:
    """Judge whether the recommendation lies within the bounds of the chart's scaler."""
    measured, plan, said = world.part(Analysis).whole
    low, high = autoscaling.bounds(chart.chart(world).render({}), autoscaling.EXPLAINER)
    share, each = measured.explained / measured.chats, measured.explanation_seconds / measured.explanations
    says = (
        f"{said.recommended} explainers for {plan.peak_chats_per_second:g} chats a second at an attach rate of "
        f"{share:.2f} and {each * 1000:.0f} ms each; the chart lets {low} to {high} run"
    )
    judged: Finding = found(
        low <= said.recommended <= high, "explainers recommended", said.recommended, high, "explainers",
        round(measured.explanations), says,
    )  # fmt: skip
    load.settle(world, judged)


def _explainer(made: Rendered) -> tuple[int, int]:
    """Threads in each explainer and the fewest that are asked for, as the chart renders them without a scaler."""
    explainer = next(each for each in workloads(made) if each.name.endswith(f"-{autoscaling.EXPLAINER}"))
    told = [each for box in explainer.spec["containers"] for each in box.get("env") or () if each["name"] == THREADS]
    return int(enough(told, f"values of {THREADS}")[0]["value"]), int(
        made.values[autoscaling.EXPLAINER]["replicaCount"]
    )


def _rise(before: list[exposition.Samples], after: list[exposition.Samples], name: str) -> float:
    return sum(exposition.total(each, name, {}) for each in after) - sum(
        exposition.total(each, name, {}) for each in before
    )


def _plan(world: World) -> Plan:
    content = files.objects(world, "capacity_plan")[0]
    return Plan(*(float(shapes.read(content, float | int, name)) for name in Plan.__dataclass_fields__))  # type: ignore[arg-type]


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotMet(f"expected a recommendation in JSON, but the analyser said {text[:300]!r}") from error

"""What behave's hooks do: one ``Suite`` per process, one ``World`` per scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import scenarios, systems
from support.acceptance import plan, run_record, snapshot
from support.deployments import LeasePool, sweep
from support.evidence.attachments import Evidence
from support.evidence.skipping import skip_if_not_verified
from support.outcomes import Broken, UsageError
from support.settings import Settings, from_userdata
from support.systems import System
from support.world import World

ALONE = "main"
"""Name of the shard of a process that nobody has started as a part of a larger run."""


@dataclass(slots=True)
class Suite:
    """All that the scenarios of this process share."""

    settings: Settings
    pools: dict[str, LeasePool] = field(default_factory=dict)

    @classmethod
    def begin(cls, context: Any) -> Suite:
        """Read the settings and, where this process is a whole run, write down what it sets out to do."""
        settings = from_userdata(context.config.userdata, systems.names())
        suite = cls(settings)
        if settings.shard == ALONE:
            sweep(settings.reports)
            suite._record(context)
        return suite

    def begin_scenario(self, context: Any, scenario: Any) -> None:
        """Give the scenario its world, or skip it with the reason why it cannot be shown here."""
        system = self._system(scenario)
        if reason := missing(scenarios.needs_of(scenarios.all_tags(scenario)), system, self.settings):
            scenario.skip(reason)
            return
        pool = self.pools.get(system.name) or self.pools.setdefault(system.name, LeasePool(self.settings, system))
        context.world = World(self.settings, system, pool, Evidence())

    def end_step(self, context: Any, step: Any) -> None:
        """Attach what the step has gathered; make *not verified* of a step that found it cannot be shown here."""
        skip_if_not_verified(context.scenario, step)
        if "world" in context:
            context.world.flush()

    def end_scenario(self, context: Any, scenario: Any) -> None:
        """Heal, tidy up and give back what the scenario used."""
        if "world" in context:
            context.world.close(any(step.status.has_failed() for step in scenario.all_steps))

    def end(self) -> None:
        """Stop everything that still runs."""
        troubles = []
        for pool in self.pools.values():
            try:
                pool.close()
            except Broken as error:
                troubles.append(str(error))
        if self.settings.shard == ALONE:
            record = run_record.load(self.settings.reports)
            record.finished = run_record.now()
            record.save(self.settings.reports)
        if troubles:
            raise Broken("\n".join(troubles))

    def _system(self, scenario: Any) -> System:
        name = Path(scenario.location.filename).parent.name
        return systems.load(self.settings.definition) if self.settings.definition else systems.find(name)

    def _record(self, context: Any) -> None:
        features = context._runner.features  # behave has no public way to all features of a run
        chosen = plan.from_features(features, self.settings.interface, lambda each: is_selected(each, context.config))
        if not chosen:
            raise UsageError("no scenario is selected; nothing is run, so nothing can be accepted")
        system = systems.find(Path(chosen[0].location).parent.name)
        record = run_record.RunRecord(
            run_id=self.settings.run_id,
            system=system.name,
            title=system.title,
            version=system.version,
            deployment=self.settings.deployment,
            url=self.settings.url,
            interfaces=(self.settings.interface,),
            started=run_record.now(),
            command="behave",
            partial=True,
            plan=tuple(chosen),
            covered=tuple(plan.covered(features)),
            environment=snapshot.take(),
        )
        self.settings.reports.mkdir(parents=True, exist_ok=True)
        record.save(self.settings.reports)


def missing(needs: list[str], system: System, settings: Settings) -> str:
    """Why a scenario with these needs cannot be shown here; empty if it can."""
    if settings.interface != "http" and "http" in needs:
        return "this is about HTTP, and the run uses the Python API"
    offered = system.offers(settings.deployment)
    lacking = [need for need in needs if need not in offered]
    where = settings.url or f"its {settings.deployment} deployment"
    return f"{system.says} in {where} does not offer {', '.join(lacking)}" if lacking else ""


def is_selected(scenario: Any, config: Any) -> bool:
    """Whether behave will run the scenario, by its tags and by its name."""
    return bool(scenario.should_run_with_tags(config.tag_expression) and scenario.should_run_with_name_select(config))

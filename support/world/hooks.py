"""What behave's hooks do: one ``Suite`` per process, one ``World`` per scenario."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from support.acceptance import criteria, folder, plan, run_record, snapshot, tags
from support.base import addresses, feature_files, scenarios, systems
from support.base.empty_scenarios import why_empty
from support.base.outcomes import Broken, NothingToJudge, UsageError
from support.base.settings import ROOT, Settings, from_userdata
from support.base.systems import System
from support.deployments import LeasePool, RemoteDeployment, notes, sweep
from support.evidence.attachments import Evidence
from support.evidence.skipping import skip_if_not_verified
from support.faults.stores import StoreProxy
from support.requirements import Find, Place, Review, other_systems, place_of
from support.world import machine, vocabulary
from support.world.core import World

ALONE = "main"
"""Name of the shard of a process that nobody has started as a part of a larger run."""
REFUSED = 2
"""Exit status of a run that could not begin, as behave has it for an unknown option."""


def refuse(error: UsageError) -> NoReturn:
    """Say why the run cannot begin, and end the process.

    A hook that raises would have behave report every scenario as untested and the run as "aborted by user" around the
    one message that matters. Nothing runs yet, so there is nothing that an orderly end would tidy up.
    """
    sys.stdout.flush()
    sys.stderr.write(f"signoff: {addresses.shown(str(error))}\n")
    sys.stderr.flush()
    os._exit(REFUSED)


@dataclass(slots=True)
class Suite:
    """All that the scenarios of this process share."""

    settings: Settings
    parts: Mapping[str, Sequence[type[Any]]] = field(default_factory=dict)
    """System → the parts that each of its scenarios has from the start."""
    pools: dict[str, LeasePool] = field(default_factory=dict)
    _systems: dict[str, System] = field(default_factory=dict)
    _held: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def begin(cls, context: Any, parts: Mapping[str, Sequence[type[Any]]]) -> Suite:
        """Read the settings and, where this process is a whole run, see that it can be made and write down its plan.

        Raises UsageError when the run cannot begin; what an earlier run left is then as it was.
        """
        settings = from_userdata(context.config.userdata, systems.names())
        suite = cls(settings, parts)
        if settings.shard == ALONE:
            suite._begin_alone(context)
        return suite

    def begin_scenario(self, context: Any, scenario: Any) -> None:
        """Give the scenario its world, or skip it with the reason why it cannot be shown here.

        Raises NothingToJudge for a scenario that would show nothing on any machine, and Broken for one that names
        another system than its own.
        """
        if nothing := why_empty(scenario):
            raise NothingToJudge(nothing)
        system = self._system(scenario)
        if trouble := self._other_named(scenario, system, finder(context)):
            raise Broken(trouble)
        settings = self.settings.for_system(system.name)
        if reason := missing(scenarios.needs_of(scenarios.all_tags(scenario)), system, settings):
            scenario.skip(reason)
            return
        pool = self.pools.get(system.name) or self.pools.setdefault(system.name, self._pool_of(system))
        label, parts = scenarios.label_of(scenario), self.parts.get(system.name, ())
        context.world = World(settings, system, pool, Evidence(), label, parts)

    def end_step(self, context: Any, step: Any) -> None:
        """Attach what the step has gathered; make *not verified* of a step that found it cannot be shown here."""
        skip_if_not_verified(context.scenario, step)
        if "world" in context:
            context.world.flush()

    def end_scenario(self, context: Any, scenario: Any) -> None:
        """Heal, tidy up and give back what the scenario used."""
        if "world" in context:
            context.world.close(any(step.status.has_failed() for step in scenario.all_steps))

    def end(self, complete: bool) -> None:
        """Stop everything that still runs; ``complete`` says whether every scenario had its turn."""
        troubles = []
        for pool in self.pools.values():
            try:
                pool.close()
            except Broken as error:
                troubles.append(str(error))
        if self.settings.shard == ALONE:
            self._end_alone(complete and not troubles)
        if troubles:
            raise Broken("\n".join(troubles))

    def _pool_of(self, system: System) -> LeasePool:
        return LeasePool(self.settings.for_system(system.name), system, StoreProxy)

    def _other_named(self, scenario: Any, system: System, find: Find) -> str:
        """Which step names another system than the scenario's; empty if none does."""
        others = {each.says for each in vocabulary.KNOWN if each.name != system.name} - {system.says}
        found = other_systems.named(scenario.all_steps, others, find)
        return next(
            (f'line {step.line}: "{step.name}" {other_systems.says(name, system.says)}' for step, name in found), ""
        )

    def _system(self, scenario: Any) -> System:
        if trouble := scenarios.misplaced(scenario.location.filename):
            raise UsageError(trouble)
        name = scenarios.system_of(scenario.location.filename)
        if name not in self._systems:
            given = self.settings.for_system(name).definition
            self._systems[name] = systems.load(given) if given else systems.find(name)
        return self._systems[name]

    def _begin_alone(self, context: Any) -> None:
        features = context._runner.features  # behave has no public way to all features of a run
        chosen = _selected(features, context.config)
        folder.check(self.settings.reports)
        self._held.enter_context(folder.held(self.settings.reports))
        for note in sweep(self.settings.reports):
            print(f"Note: {note}")  # noqa: T201 -- of the run as a whole, so no scenario's log can hold it
        about = {scenarios.system_folder(each.location.filename): self._system(each) for each in chosen}
        _check_one_record(about)
        _check_definitions(about)
        _check_interfaces(about.values(), self.settings)
        unreadable = systems.notes_on_unreadable(vocabulary.UNREADABLE, [place.name for place in about])
        for note in (*unreadable, *self._notes(about, chosen, finder(context))):
            print(f"Note: {note}")  # noqa: T201 -- of the run as a whole, too
        for system in about.values():
            settings = self.settings.for_system(system.name)
            if settings.url is not None:
                RemoteDeployment(system, settings.url).start()
        for number in (signal.SIGTERM, signal.SIGHUP):  # a request to end is an interruption: clean-ups run
            signal.signal(number, signal.default_int_handler)
        if self.settings.clean:
            folder.clear(self.settings.reports)
        self._record(features, chosen, self._system(chosen[0]))

    def _notes(self, about: Mapping[Path, System], chosen: list[Any], find: Find) -> Iterator[str]:
        """What the definitions lack for the scenarios of the run, each field once."""
        for place, system in about.items():
            own = [each for each in chosen if scenarios.system_folder(each.location.filename) == place]
            settings = self.settings.for_system(system.name)
            yield from Review(system, find, settings.interface).lacking_says(own, settings.deployment)

    def _end_alone(self, complete: bool) -> None:
        if complete:
            record = run_record.load(self.settings.reports)
            record.finished = run_record.now()
            record.images = {
                name: digest for pool in self.pools.values() for name, digest in pool.record.images.items()
            }
            record.save(self.settings.reports)
        for note in notes.read(self.settings.scratch):
            print(f"Note: {note}")  # noqa: T201 -- of the run as a whole too
        shutil.rmtree(self.settings.scratch, ignore_errors=True)
        self._held.close()

    def _record(self, features: Any, chosen: list[Any], system: System) -> None:
        keys, settings = {id(scenario) for scenario in chosen}, self.settings.for_system(system.name)
        record = run_record.RunRecord(
            run_id=self.settings.run_id,
            system=system.name,
            title=system.title,
            version=system.version,
            deployment=settings.deployment,
            url=settings.url,
            interfaces=(settings.interface,),
            started=run_record.now(),
            command="behave",
            partial=True,
            plan=tuple(plan.from_features(features, settings.interface, lambda each: id(each) in keys)),
            covered=tuple(plan.covered(_features_beside(chosen[0]))),
            checklist=system.hardening,
            environment=snapshot.take(),
        )
        record.save(self.settings.reports)


def _check_one_record(about: Mapping[Path, System]) -> None:
    """Raises UsageError for features of several systems: a run has one record, whose criteria are of one system."""
    if len(about) > 1:
        told = " and ".join(sorted(map(str, about)))
        raise UsageError(f"one run judges one system, but these features are of several, {told}: run each by itself")


def _check_definitions(about: Mapping[Path, System]) -> None:
    """Raises UsageError with all that is wrong with the definitions and criteria that the scenarios are judged by."""
    problems = []
    for place, system in about.items():
        try:
            criteria.checked(system, place / "criteria.yaml")
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))


def _check_interfaces(about: Iterable[System], settings: Settings) -> None:
    """Raises UsageError where a system is to be reached over an interface that it does not offer."""
    for system in about:
        own = settings.for_system(system.name)
        if trouble := system.unreachable(own.interface, own.deployment):
            raise UsageError(f"{trouble}; `-D {system.name}.interface=…` is for this system alone")


def finder(context: Any) -> Find:
    """Finds the function that a step is written with, in the registry of the runner: behave has no public way to it."""

    def find(step: Any) -> Place | None:
        match = context._runner.step_registry.find_match(step)
        return place_of(match) if match else None

    return find


def _selected(features: list[Any], config: Any) -> list[Any]:
    """The scenarios that behave will run. Raises UsageError for an unknown tag, and when there are none."""
    every = [scenario for feature in features for scenario in feature.walk_scenarios()]
    chosen = [scenario for scenario in every if scenarios.is_selected(scenario, config.tag_expression, config.name_re)]
    if config.tags:
        _check_tags(config.tags)
    if not chosen:
        raise UsageError(
            "no scenario is selected by these tags, names and paths; nothing is run, so nothing can be accepted"
        )
    return chosen


def _features_beside(scenario: Any) -> list[Any]:
    """All features of the system that the scenario is about: the run may have been given only some of them."""
    return feature_files.parse([str(scenarios.system_folder(scenario.location.filename))])


def _check_tags(expressions: list[str]) -> None:
    """A tag is known if any feature of the checkout carries it, not only those of this run."""
    known = tags.in_use(feature_files.parse([str(ROOT / "features")]))
    for path in (ROOT / "features").glob("*/criteria.yaml"):
        known.update(criteria.load(path).ids)
    tags.check(expressions, known)


def missing(needs: list[str], system: System, settings: Settings) -> str:
    """Why a scenario with these needs cannot be shown here; empty if it can."""
    if settings.interface != "http" and "http" in needs:
        return "this is about HTTP, and the run uses the Python API"
    if "containers" in needs and (reason := _uncontained(system, settings)):
        return reason
    if reason := machine.missing(needs):
        return reason
    offered = system.offers(settings.deployment)
    lacking = [need for need in needs if need not in offered | scenarios.OF_THE_MACHINE]
    where = settings.public_url or f"its {settings.deployment} deployment"
    return f"{system.says} in {where} does not offer {', '.join(lacking)}" if lacking else ""


def _uncontained(system: System, settings: Settings) -> str:
    """Why the suite runs no containers of the system; empty if it does."""
    if settings.deployment == "remote":
        return f"this is about containers that the suite runs itself, and the run is aimed at {settings.public_url}"
    return "" if system.deployments.container else f"{system.path} does not say how to run {system.says} as a container"

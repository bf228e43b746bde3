"""What behave's hooks do: one ``Suite`` per process, one ``World`` per scenario."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from support.acceptance import criteria, folder, tags
from support.base import addresses, feature_files, scenarios, systems
from support.base.capabilities import UNSAID
from support.base.empty_scenarios import why_empty
from support.base.outcomes import Broken, NothingToJudge, UsageError
from support.base.places import PROJECT
from support.base.settings import Settings, from_userdata
from support.base.systems import System
from support.deployments import LeasePool, RemoteDeployment, preparing, sweep
from support.evidence.attachments import Evidence
from support.evidence.skipping import skip_if_not_verified
from support.faults.stores import StoreProxy
from support.history import overview
from support.requirements import Find, Place, Review, other_systems, place_of
from support.world import machine, vocabulary, whole_runs
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
    """Folder of features → the parts that each of its scenarios has from the start."""
    pools: dict[str, LeasePool] = field(default_factory=dict)
    runs: list[whole_runs.WholeRun] = field(default_factory=list)
    """What this process is a whole run of, one for each system; none where it is a part of a larger run."""
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
        elif settings.system is not None:
            preparing.isolate([suite._named(settings.system)], settings)
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
        label, parts = scenarios.label_of(scenario), self.parts.get(system.feature_folder, ())
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
        troubles: dict[str, str] = {}
        for name, pool in self.pools.items():
            try:
                pool.close()
            except Broken as error:
                troubles[name] = str(error)
        for run in self.runs:
            name = run.record.system
            run.end(self.pools.get(name), complete=complete and name not in troubles)
        if troubles:
            raise Broken("\n".join(troubles.values()))

    def release(self) -> None:
        """Let other runs write to the folders of reports, once this one is concluded."""
        self._held.close()

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
        folder = scenarios.system_of(scenario.location.filename)
        if folder not in self._systems:
            self._systems[folder] = self._named(systems.judged_by(folder, self.settings.system))
        return self._systems[folder]

    def _named(self, name: str) -> System:
        given = self.settings.for_system(name).definition
        return systems.load(given) if given else systems.find(name)

    def _begin_alone(self, context: Any) -> None:
        features = context._runner.features  # behave has no public way to all features of a run
        chosen = _selected(features, context.config)
        about = {scenarios.system_folder(each.location.filename): self._system(each) for each in chosen}
        _check_one_folder_each(about)
        _check_settings_of_one(about, self.settings)
        owns = [self.settings.for_system(name) for name in sorted(system.name for system in about.values())]
        for own in owns:
            folder.check(own.reports)
            self._held.enter_context(folder.held(own.reports))
        for note in [note for own in owns for note in sweep(own.reports)]:
            print(f"Note: {note}")  # noqa: T201 -- of the run as a whole, so no scenario's log can hold it
        _check_definitions(about)
        _check_interfaces(about.values(), self.settings)
        unreadable = systems.notes_on_unreadable(vocabulary.UNREADABLE, [system.name for system in about.values()])
        for note in (*unreadable, *self._notes(about, chosen, finder(context))):
            print(f"Note: {note}")  # noqa: T201 -- of the run as a whole, too
        for system in about.values():
            settings = self.settings.for_system(system.name)
            preparing.install(system, settings, print)
            if settings.url is not None:
                RemoteDeployment(system, settings.url).start()
        preparing.isolate(about.values(), self.settings)
        for number in (signal.SIGTERM, signal.SIGHUP):  # a request to end is an interruption: clean-ups run
            signal.signal(number, signal.default_int_handler)
        self.runs = [
            whole_runs.WholeRun.of(system, self.settings.for_system(system.name), place, features, chosen)
            for place, system in about.items()
        ]
        for run in self.runs:
            run.begin()
        overview.write(self.settings.reports)

    def _notes(self, about: Mapping[Path, System], chosen: list[Any], find: Find) -> Iterator[str]:
        """What the definitions lack for the scenarios of the run, each field once."""
        for place, system in about.items():
            own = [each for each in chosen if scenarios.system_folder(each.location.filename) == place]
            settings = self.settings.for_system(system.name)
            yield from Review(system, find, settings.interface).lacking_says(own, settings.deployment)


def _check_one_folder_each(about: Mapping[Path, System]) -> None:
    """Raises UsageError where a system's features stand in two folders: its reports could hold one run only."""
    places: dict[str, Path] = {}
    for place, system in about.items():
        if (other := places.setdefault(system.name, place)) != place:
            raise UsageError(f"{other} and {place} are both about {system.says}: run each by itself")


def _check_settings_of_one(about: Mapping[Path, System], settings: Settings) -> None:
    """Raises UsageError where several systems are run, and a setting for one was given for all."""
    for setting in ("url", "definition"):
        names = sorted(system.name for system in about.values())
        meant = [name for name in names if getattr(settings.for_system(name), setting) == getattr(settings, setting)]
        if len(names) > 1 and getattr(settings, setting) is not None and meant:
            raise UsageError(
                f"-D {setting}=… is of one system, but these features are of {' and '.join(names)}: "
                f"write -D {meant[0]}.{setting}=…"
            )


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


def _check_tags(expressions: list[str]) -> None:
    """A tag is known if any feature of the project carries it, not only those of this run."""
    known = tags.in_use(feature_files.parse([str(PROJECT / "features")]))
    for path in (PROJECT / "features").glob("*/criteria.yaml"):
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
    whys = dict.fromkeys(why for need in lacking if (why := system.absent.get(need)) and why != UNSAID)
    told = f"{system.says} in {where} does not offer {', '.join(lacking)}"
    return (f"{told}: {'; '.join(whys)}" if whys else told) if lacking else ""


def _uncontained(system: System, settings: Settings) -> str:
    """Why the suite runs no containers of the system; empty if it does."""
    if settings.deployment == "remote":
        return f"this is about containers that the suite runs itself, and the run is aimed at {settings.public_url}"
    return "" if system.deployments.container else f"{system.path} does not say how to run {system.says} as a container"

"""From what `signoff accept` was asked for to the order for one system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from support.acceptance import expected
from support.base import settings as suite_settings
from support.base import systems
from support.base.outcomes import UsageError
from support.base.places import PROJECT
from support.base.settings import Settings
from support.base.systems import System
from support.run.accept import Order
from support.run.conclude import Strictness
from support.run.selection import system_of


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one command, whichever systems it is about; ``settings`` are those that have an option of their
    own, ``overrides`` what ``-D`` gives as well."""

    settings: Mapping[str, str]
    overrides: tuple[str, ...]
    paths: tuple[str, ...]
    interface: str | None
    jobs: int
    tags: tuple[str, ...]
    strictness: Strictness
    as_expected: bool = False
    """Whether the run is to end as the expected.yaml beside the definition says."""

    @property
    def given(self) -> dict[str, str]:
        """Every setting by its name. Raises UsageError for one without a value."""
        pairs = [define.partition("=") for define in self.overrides]
        for name, equals, _ in pairs:
            if not equals:
                raise UsageError(f"-D {name} has no value; write -D {name}=value")
        return {name: value for name, _, value in pairs} | dict(self.settings)

    def order(self, system: str | None) -> Order:
        """The order for a system; None for that of the features, or of the definition. Raises UsageError."""
        configured = suite_settings.from_userdata(self.given, systems.names())
        defined = systems.load(configured.definition) if configured.definition else None
        folders = {defined.name: defined.feature_folder} if defined else {}
        name = system_of(
            self.paths,
            system or configured.system,
            defined.name if defined else None,
            PROJECT,
            systems.usual(),
            lambda each: folders.get(each) or systems.features_of(each),
        )
        configured = configured.model_copy(update={"reports": configured.reports.resolve()}).for_system(name)
        if configured.deployment == "remote" and configured.url is None:
            raise UsageError("a remote deployment needs --url, the address where the system answers")
        about = systems.load(configured.definition) if configured.definition else systems.find(name)
        return Order(
            system=about,
            settings=configured,
            interfaces=_interfaces(about, configured, self.interface),
            jobs=1 if configured.deployment == "remote" else self.jobs,  # scenarios share its one registry
            tags=self.tags,
            paths=self.paths,
            strictness=replace(self.strictness, expected=_expected(about)) if self.as_expected else self.strictness,
            overrides=self.overrides,
        )


def _expected(about: System) -> Path:
    path = about.here / expected.FILE_NAME
    expected.load(path)  # what is wrong with it is told before the run, and not after it
    return path


def _interfaces(about: System, configured: Settings, asked: str | None) -> tuple[str, ...]:
    asked = asked or (configured.interface if "interface" in configured.model_fields_set else None)
    if asked is None:
        return about.offered(configured.deployment)
    if trouble := about.unreachable(asked, configured.deployment):
        raise UsageError(trouble)
    return (asked,)

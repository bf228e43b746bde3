"""A system that already runs somewhere: it has an address, and no powers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.base import addresses
from support.base.outcomes import NotVerified, UsageError
from support.base.systems import System
from support.deployments.readiness import probe, ready_path
from support.deployments.secrets import secrets_of


class RemoteDeployment:
    """A system at a URL. It can be neither started nor stopped, and runs in the profiles its definition lists."""

    kind = "remote"
    authority: Path | None = None

    def __init__(self, system: System, url: str) -> None:
        if why := addresses.unusable(url):
            raise UsageError(f"the URL is unusable: {why}; {addresses.EXAMPLE}")
        self.system = system
        self.url = url.rstrip("/")
        self.public = addresses.public(self.url)

    @property
    def running(self) -> bool:
        """Whether it answers now."""
        return probe(self.url, ready_path(self.system)).ready

    def start(self) -> None:
        """See that it is there. Raises UsageError if nothing answers, or something that is not ready, or not it."""
        seen = probe(self.url, ready_path(self.system))
        if not seen.ready:
            raise UsageError(
                f"{self.system.says} is not ready at {self.public} ({seen.said}): "
                "check the URL, that it is up, and that this machine can reach it"
            )

    def check_profile(self, profile: str, environment: Mapping[str, str | None]) -> None:
        """See that it runs in a profile. Raises NotVerified if it does not, or if settings of its own are asked for."""
        provided = self.system.deployments.remote.provides
        if profile not in provided:
            raise NotVerified(
                f"{self.system.says} at {self.public} is not said to run as {profile!r} (its definition lists "
                f"{', '.join(provided) or 'no profile'} under deployments.remote.provides)"
            )
        if environment:
            raise NotVerified(
                f"{self.system.says} at {self.public} cannot be given settings: {', '.join(sorted(environment))}"
            )

    def secrets(self) -> list[str]:
        """The tokens that the suite shows it, and the password in its address."""
        return [*secrets_of(self.system, {}), *addresses.secrets(self.url)]

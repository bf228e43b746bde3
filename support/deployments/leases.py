"""Shares running deployments between scenarios that ask for the same, and throws away those a scenario has dirtied."""

from __future__ import annotations

import atexit
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from support.base.entries import Profile
from support.base.outcomes import Broken, DeploymentFailed, UsageError
from support.base.settings import Settings
from support.base.systems import System
from support.deployments.auxiliary import AuxiliaryServices
from support.deployments.certificates import CLIENT_AUTHORITY, Authority
from support.deployments.companion import CompanionProcess
from support.deployments.containers.companion import ContainerCompanion
from support.deployments.containers.deployment import ContainerDeployment
from support.deployments.containers.host import ContainerHost
from support.deployments.containers.replicas import ReplicaSet
from support.deployments.containers.tool import ContainerTool
from support.deployments.containers.topology import ContainerTopology
from support.deployments.driver import DriverDeployment
from support.deployments.interruption import end_in_order_on_sigterm
from support.deployments.journal import RunJournal
from support.deployments.notes import Notes
from support.deployments.process import ProcessDeployment
from support.deployments.remote import RemoteDeployment
from support.deployments.starts import StartRecord
from support.deployments.topology import MakeRelay, TopologyDeployment

IDLE = 6
"""Running processes that are kept for scenarios to come; beyond them the one longest unused is stopped."""

CONTAINED = "@container"
"""Ends the kind of a companion that runs as a container."""

HOPELESS = 3
"""Set-ups that failed to start, while none has started, after which no other is tried."""

AnyDeployment = (
    ProcessDeployment
    | TopologyDeployment
    | ContainerDeployment
    | DriverDeployment
    | RemoteDeployment
    | CompanionProcess
    | ContainerCompanion
    | ReplicaSet
)
Environment = Mapping[str, str | None]
LeaseKey = tuple[str, str, tuple[tuple[str, str | None], ...]]
"""What makes two wishes the same: kind, profile (or a companion's name), and the environment, sorted."""


@dataclass(slots=True, eq=False)
class Lease:
    """A deployment that one scenario has to itself for now. Whoever leaves traces in it sets ``dirty``."""

    key: LeaseKey
    deployment: AnyDeployment
    dirty: bool = False
    own: bool = False
    """Whether it was made for one scenario alone, which starts it itself."""
    used: float = 0.0
    """When it was last given back, on the monotonic clock."""

    @property
    def kind(self) -> str:
        """How it is run: process, python, remote, or the kind of a companion."""
        return self.key[0]


class LeasePool:
    """All that one process of the suite runs of one system; nothing of it outlives close(), nor this process.

    ``relay`` makes what stands before a store of the system that is declared with a proxy.
    """

    def __init__(self, settings: Settings, system: System, relay: MakeRelay | None = None) -> None:
        self._settings, self._system, self._relay = settings, system, relay
        self._journal = RunJournal(settings.scratch, settings.shard)
        self._idle: list[Lease] = []
        self._out: list[Lease] = []
        self._made = 0
        self._failed: dict[LeaseKey, DeploymentFailed] = {}
        self._owner = os.getpid()
        self.record = StartRecord()
        self.auxiliary = AuxiliaryServices(self._folder, self._journal)
        self.containers = ContainerHost(settings, Notes(settings.scratch, settings.shard).say, system.name)
        atexit.register(self.close)
        end_in_order_on_sigterm()

    def acquire(
        self,
        kind: str,
        profile: str = "default",
        environment: Environment | None = None,
        *,
        own: bool = False,
    ) -> Lease:
        """A running deployment in a profile with some settings of its own: an idle one that fits, or a new one.

        ``own`` asks for one that nobody used before; it is thrown away afterwards. Raises DeploymentFailed if it does
        not start, NotVerified if a remote system does not run that way.
        """
        key = _key(kind, profile, environment or {})
        lease = (None if own else self._take(key)) or self._started(self._hand_out(key, self._make(key)))
        lease.dirty = own
        return lease

    def companion(self, kind: str, name: str, *, contained: bool = False) -> Lease:
        """A running companion, such as the ``backend`` named ``local-chat``; as a container if that is asked for."""
        key = _key(f"{kind}{CONTAINED if contained else ''}", name, {})
        return self._take(key) or self._started(self._hand_out(key, self._make_companion(key)))

    def fresh(self, kind: str, profile: str = "default", environment: Environment | None = None) -> Lease:
        """A deployment of one's own that is not started yet, for a start that may fail; thrown away afterwards."""
        key = _key(kind, profile, environment or {})
        lease = self._hand_out(key, self._make(key))
        lease.own = lease.dirty = True
        self.record.own += 1
        return lease

    def replicas(self, profile: str = "default") -> Lease:
        """Replicas of one's own behind a load balancer, not started yet; thrown away afterwards."""
        environment, folder = self._system.profile(profile).environment, self._folder("replicas")
        made = ReplicaSet(self._system, environment, self._settings, folder, self.containers)
        lease = self._hand_out(_key(ReplicaSet.kind, profile, {}), made)
        lease.own = lease.dirty = True
        self.record.own += 1
        return lease

    def release(self, lease: Lease) -> None:
        """Give a lease back: a dirty one, or one that runs no more, is stopped and thrown away."""
        if lease not in self._out:
            return
        self._out.remove(lease)
        if lease.dirty or not lease.deployment.running:
            self.record.dirtied += not lease.own
            self._throw_away(lease)
            return
        lease.used = time.monotonic()
        self._idle.append(lease)
        self._keep_few()

    def tool(self, service: str, port: int, ready: str) -> ContainerTool:
        """A tool beside the system, from its compose file; who asks for it starts and closes it."""
        return ContainerTool(self._system, service, port, ready, self._settings, self._folder(service), self.containers)

    def close(self) -> None:
        """Stop everything and write down what was started. May be called again; a forked child does nothing."""
        if self._owner != os.getpid() or self.record.closed:
            return
        troubles = self.auxiliary.close()
        for lease in [*self._out, *self._idle]:
            try:
                self._throw_away(lease)
            except (Broken, OSError) as error:
                troubles.append(f"{lease.key[:2]}: {error}")
        self._out, self._idle = [], []
        self.record.images = dict(self.containers.used)
        try:
            troubles += self.containers.close()
        except Broken as error:
            troubles.append(str(error))
        self.record.write(self._settings.scratch / f"starts-{self._own_name}.json")
        self._journal.closed()
        atexit.unregister(self.close)
        if troubles:
            raise Broken("not everything could be stopped: " + "; ".join(troubles))

    def _take(self, key: LeaseKey) -> Lease | None:
        for lease in [lease for lease in self._idle if lease.key == key]:
            self._idle.remove(lease)
            if lease.deployment.running:
                self.record.reused += 1
                self._out.append(lease)
                return lease
            self.record.died += 1
            self._throw_away(lease)
        return None

    @property
    def _own_name(self) -> str:
        """What names of files in the run's folder begin with: no other process has them, and no other system in it."""
        return f"{self._system.name}-{self._settings.shard}"

    @cached_property
    def authority(self) -> Authority:
        """Whom all clients of this pool's encrypted deployments trust; made when it is needed first."""
        return Authority()

    @cached_property
    def _trusted(self) -> Path:
        return self.authority.save(self._settings.scratch / f"authority-{self._own_name}.pem")

    def _make(self, key: LeaseKey) -> AnyDeployment:
        kind, profile, own = key
        if kind == "remote":
            if self._settings.url is None:
                raise UsageError("a remote deployment needs its URL: give --url (or -D url=…)")
            remote = RemoteDeployment(self._system, self._settings.url)
            remote.check_profile(profile, dict(own))
            return remote
        environment = {**self._system.profile(profile).environment, **dict(own)}
        made = self._making(kind, environment, self._system.profile(profile))
        if self._system.profile(profile).scheme == "https" and not isinstance(made, DriverDeployment):
            self._secure(made, self._system.profile(profile).client_certificate)
        return made

    def _secure(self, made: ProcessDeployment | TopologyDeployment | ContainerDeployment, client: str | None) -> None:
        """Give it a certificate of its own and, if its clients show one, the authority's and theirs."""
        self.authority.issue().write(made.files)
        certificate = None
        if client is not None and CLIENT_AUTHORITY in self._system.files:
            self.authority.save(made.files[CLIENT_AUTHORITY])
            certificate = self.authority.issue_for_client(client).save(made.folder / "client-certificate.pem")
        made.trust(self._trusted, certificate)

    def _making(
        self, kind: str, environment: Environment, profile: Profile
    ) -> ProcessDeployment | TopologyDeployment | ContainerDeployment | DriverDeployment:
        run = self._system.deployments.container
        if kind == "container" and run is not None and run.processes:
            return ContainerTopology(self._system, environment, self._settings, self._folder(kind), self.containers)
        if kind == "container":
            return ContainerDeployment(self._system, environment, self._settings, self._folder(kind), self.containers)
        system = self._system
        several = system.processes or system.stores or system.upstreams or system.installation
        if kind == "process" and (several or profile.arguments or profile.files):
            return TopologyDeployment(
                system, environment, self._settings, self._folder(kind), self._journal, self._relay, profile
            )
        makers: dict[str, type[ProcessDeployment] | type[DriverDeployment]] = {
            "process": ProcessDeployment,
            "python": DriverDeployment,
        }
        if kind not in makers:
            raise UsageError(f"there is no deployment {kind!r}; there are: {', '.join(makers)}, container, remote")
        return makers[kind](self._system, environment, self._settings, self._folder(kind), self._journal)

    def _make_companion(self, key: LeaseKey) -> CompanionProcess | ContainerCompanion:
        kind, name, _ = key
        if kind.endswith(CONTAINED):
            kind = kind.removesuffix(CONTAINED)
            folder = self._folder(f"{kind}-{name}")
            return ContainerCompanion(self._system, kind, name, self._settings, folder, self.containers)
        return CompanionProcess(self._system, kind, name, self._settings, self._folder(f"{kind}-{name}"), self._journal)

    def _folder(self, kind: str) -> Path:
        self._made += 1
        folder = self._settings.scratch / f"{self._own_name}-{self._made:03d}-{kind}"
        folder.mkdir(parents=True)
        return folder

    def _hand_out(self, key: LeaseKey, deployment: AnyDeployment) -> Lease:
        lease = Lease(key, deployment)
        self._out.append(lease)
        return lease

    def _started(self, lease: Lease) -> Lease:
        started = time.monotonic()
        try:
            self._check_hope(lease.key)
            lease.deployment.start()
        except BaseException as error:
            self.record.failed += 1
            self._out.remove(lease)
            self._throw_away(lease, keep_folder=True)
            if isinstance(error, DeploymentFailed):
                self._failed.setdefault(lease.key, error)
            raise
        if lease.kind != "remote":
            self.record.started(lease.key, time.monotonic() - started)
        return lease

    def _check_hope(self, key: LeaseKey) -> None:
        """A set-up that did not start is not waited for again: each wait may last as long as the time-out allows."""
        failed = [error for (kind, *_), error in self._failed.items() if kind == key[0]]
        hopeless = len(failed) >= HOPELESS and not any(start.kind == key[0] for start in self.record.servers)
        earlier = self._failed.get(key) or (failed[0] if hopeless else None)
        if earlier is not None:
            raise DeploymentFailed(f"not tried again after an earlier scenario of this run: {earlier}") from earlier

    def _keep_few(self) -> None:
        running = [lease for lease in self._idle if lease.kind != "remote"]
        for lease in sorted(running, key=lambda lease: lease.used)[:-IDLE]:
            self._idle.remove(lease)
            self.record.evicted += 1
            self._throw_away(lease)

    def _throw_away(self, lease: Lease, keep_folder: bool = False) -> None:
        deployment = lease.deployment
        if isinstance(deployment, RemoteDeployment):
            return
        deployment.close()
        if not keep_folder:
            shutil.rmtree(deployment.folder, ignore_errors=True)


def _key(kind: str, profile: str, environment: Environment) -> LeaseKey:
    return kind, profile, tuple(sorted(environment.items()))

"""One running CAIO: its parts put together from the settings, and what the routes ask of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, Any

from chassis import logs, rate_limit, settings
from chassis.audit import AuditLog
from chassis.auth import TokenBook
from chassis.gate import Gate
from chassis.health import Health
from chassis.observing import RouteLabels
from chassis.rate_limit import RateLimiter
from chassis.settings import SettingsError

import caio
from caio.api import actions
from caio.api.components import Components
from caio.api.library import Library
from caio.api.metrics import Metrics
from caio.api.replica import Replica
from caio.config import PREFIX, Settings
from caio.decision import RoutingDecision
from caio.dispatch.calls import ServiceCaller
from caio.dispatch.circuits import CircuitBoard
from caio.dispatch.dispatcher import Dispatcher
from caio.dispatch.prober import Prober
from caio.errors import CaioError
from caio.history import DecisionHistory
from caio.orchestrator import Orchestrator
from caio.registry import ServiceRegistry
from caio.store import keys, lock
from caio.store.database import StoreUnavailable
from caio.store.gathering import Gathering
from caio.store.records import Records
from caio.store.sources import Aging

HOUSE_SECONDS = 1.0
"""Between two looks at what nobody waits for."""

GUARDED = ("/api",)
OPERATIONS = ("/health", "/health/live", "/health/ready", "/metrics")
OPEN_ROLE = "admin"
"""What callers may do where authentication is switched off, which only development allows."""


class Instance:
    """Everything that the routes need. Making one reads all files; nothing runs before ``running`` is entered."""

    def __init__(
        self,
        found: Settings,
        leaving: Callable[[], bool] = lambda: False,
        starting: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = found
        self.leaving = leaving
        self.starting = starting
        self.log = logs.get("caio")
        self.metrics = Metrics(caio.__version__)
        self.folder = found.data_dir
        self.folder_lock = taken_folder(self.folder) if self.folder else None
        self.audit = AuditLog(self.folder / "audit.jsonl" if self.folder else None)
        key_file = found.signing_key_file or (self.folder / keys.FILE_NAME if self.folder else None)
        self.key = signing_key(key_file)
        self.records = Records(self.folder)
        self.registry = ServiceRegistry(found.registry_size)
        self.metrics.watch(self.registry, self.records)
        # All decisions are in the store.
        self.orchestrator = Orchestrator(self.registry, self.key, history=DecisionHistory(0))
        self.gathering = Gathering(self.records, self.orchestrator.signer.sign_all)
        self.board = CircuitBoard(found.circuit_failures, found.circuit_open_seconds)
        self.caller = ServiceCaller()
        self.replica = Replica(self.orchestrator, self.records, self.board)
        self.prober = Prober(
            self.orchestrator, self.board, self.caller, found.probe_interval, forgive=self.replica.forgive
        )
        self.dispatcher = Dispatcher(
            self.orchestrator, self.board, self.caller, self.keep, self.metrics.attempted, share=self.replica.share
        )
        self.library = Library(
            self.orchestrator, found.contracts_dir, policies_file(found, self.folder), Aging(found.contract_cache_ttl)
        )
        self.components = Components(self.orchestrator, self.library, self.records, self.key, key_file)
        self.health = Health(caio.__version__, self.components.checks(), self.metrics.checked)
        self.labels = RouteLabels(["/openapi.json", *OPERATIONS, *(template for _, template in actions.NAMES)])
        self.gate = self.make_gate()
        self.load()

    def make_gate(self) -> Gate:
        """The gate before the API."""
        limit = rate_limit.parse(self.settings.rate_limit) if self.settings.rate_limit else None
        return Gate(
            namespace="caio",
            guarded=GUARDED,
            tokens=TokenBook(self.settings.credentials, self.settings.key),
            required=self.settings.must_authenticate,
            anonymous_role=OPEN_ROLE,
            limiter=RateLimiter(limit, self.folder / rate_limit.FILE_NAME if self.folder else None),
            audit=self.audit,
            metrics=self.metrics,
            action_of=lambda method, path: actions.name_of(method, self.labels.of(path), path),
        )

    def load(self) -> None:
        """Fill the registry from store and folder, then keep the store in step. Raises SettingsError."""
        try:
            self.replica.load()
        except CaioError as error:
            raise refused("data_dir", self.settings.data_dir, str(error)) from None
        if len(self.registry) > self.settings.registry_size:
            problem = f"the folder holds {len(self.registry)} services, more than this"
            raise refused("registry_size", self.settings.registry_size, problem)
        self.library.read_all()
        for where, problem in self.library.problems.items():
            field = "policies_file" if where == "policies" else "contracts_dir"
            raise refused(field, getattr(self.settings, field) or self.library.policies, f"{where}: {problem}")
        self.replica.load_outcomes()

    async def refresh(self) -> None:
        """Take over what files and other instances say now. Raises StoreUnavailable when the others cannot be asked."""
        if self.library.due:
            await self.library.refresh()
        if not self.replica.has_looked:
            await self.replica.refresh()

    def is_current(self) -> bool:
        """Whether ``refresh`` would find nothing to take over."""
        return not self.library.due and self.replica.is_current()

    async def keep(self, decision: RoutingDecision) -> bytes:
        """Sign a decision and store it. Gives its JSON; of equal ones the first stays the one that everybody sees."""
        self.metrics.decided(decision.durations())
        return await self.gathering.keep(*decision.spell())

    def keep_soon(self, decision: RoutingDecision, tell: Callable[[bytes | StoreUnavailable], None]) -> None:
        """The same, for who does not wait but is told what is kept, or why nothing is."""
        self.metrics.decided(decision.durations())
        self.gathering.put(*decision.spell(), tell)

    async def keep_house(self) -> None:
        """Every so often remove decisions beyond those kept, and let other workers know how it is here."""
        seen = -1
        while True:
            await asyncio.sleep(HOUSE_SECONDS)
            self.metrics.tell()
            # A store that nobody could write to is not tried just for this.
            if self.records.shared and self.gathering.stored != seen:
                seen = self.gathering.stored
                with contextlib.suppress(StoreUnavailable):
                    await self.trim()

    async def trim(self) -> None:
        """Remove the oldest decisions beyond those kept, bit by bit. Raises StoreUnavailable."""
        removed = 1
        while removed:
            removed = await asyncio.wrap_future(self.records.trim_decisions(self.settings.decisions_kept))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Probe services while the app runs; afterwards finish writing and let go of everything."""
        for warning in settings.unknown_variables(Settings):
            self.log.warning(warning)
        self.log.info("started", version=caio.__version__, env=self.settings.env, services=len(self.registry))
        tasks = [
            asyncio.create_task(self.prober.run()),
            asyncio.create_task(self.replica.follow(self.settings.probe_interval)),
            asyncio.create_task(self.keep_house()),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.caller.close()
            self.close()
            self.log.info("stopped")

    def close(self) -> None:
        """Finish writing and let go of the data folder, which others may go on using."""
        self.records.close()
        if self.folder_lock is not None:
            self.folder_lock.close()


def taken_folder(path: Path) -> IO[str]:
    """Make the data folder if it is not there, and share it. Raises SettingsError when it cannot be used."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return lock.share(path)
    except OSError as error:
        raise refused("data_dir", path, error.strerror or str(error)) from None


def policies_file(found: Settings, folder: Path | None) -> Path | None:
    """Where the operator's policies are: as set, else in the data folder, where there need be none."""
    return found.policies_file or (folder / "policies.yaml" if folder else None)


def signing_key(path: Path | None) -> Any:
    """The key to sign with. Raises SettingsError."""
    try:
        return keys.read_or_make(path) if path is not None else keys.make()
    except keys.UnusableKey as error:
        raise refused("signing_key_file", path, str(error)) from None


def refused(field: str, value: object, problem: str) -> SettingsError:
    """The end of a start, because of one setting."""
    return SettingsError(f"{PREFIX}{field}".upper(), f"={str(value)!r} is unusable: {problem}")

"""Mistakes in what the registry takes and how many (CAIO-ERR-06, CAIO-ENV-04)."""

from __future__ import annotations

from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap

HTTP = ("http",)


@defect("CAIO-ERR-06", "The same version again silently takes the place of the first")
def same_version_overwrites() -> None:
    @wrap("caio.registry:ServiceRegistry._admit")
    def broken(original: Any, self: Any, contract: Any, old: Any, replace: bool, reload: bool) -> None:
        same = old is not None and old.version == contract.version
        original(self, contract, old, replace or same, reload or same)


@defect("CAIO-ERR-06", "A new version takes the place of the old one without being asked to")
def new_version_overwrites() -> None:
    @wrap("caio.registry:ServiceRegistry._admit")
    def broken(original: Any, self: Any, contract: Any, old: Any, replace: bool, reload: bool) -> None:
        original(self, contract, old, True, reload)


@defect("CAIO-ERR-06", "Asked to replace, CAIO registers", interfaces=HTTP)
def put_behaves_like_post() -> None:
    @wrap("caio.api.services:add")
    async def broken(original: Any, instance: Any, contract: Any, replace: bool) -> Any:
        return await original(instance, contract, False)


@defect("CAIO-ERR-06", "A service that is not there is made by asking to replace it", interfaces=HTTP)
def replacing_makes_it() -> None:
    @wrap("caio.orchestrator:Orchestrator.service")
    def broken(original: Any, self: Any, service_id: str) -> Any:
        import types

        from caio.errors import ServiceNotFound

        try:
            return original(self, service_id)
        except ServiceNotFound:
            return types.SimpleNamespace(tags=(), to_dict=dict)

    @wrap("caio.registry:ServiceRegistry.add")
    def adding(original: Any, self: Any, contract: Any, **options: Any) -> Any:
        return original(self, contract, **{**options, "known": False})


@defect("CAIO-ERR-06", "A removed service cannot come back")
def removed_for_good() -> None:
    gone: set[tuple[str, str]] = set()

    @wrap("caio.registry:ServiceRegistry.remove")
    def removing(original: Any, self: Any, service_id: str) -> Any:
        entry = original(self, service_id)
        gone.add((service_id, entry.version))
        return entry

    @wrap("caio.registry:ServiceRegistry._admit")
    def broken(original: Any, self: Any, contract: Any, old: Any, *rest: Any) -> None:
        from caio.errors import ServiceExists

        if (contract.service_id, contract.version) in gone:
            raise ServiceExists(f"{contract.service_id!r} version {contract.version!r} is already registered")
        original(self, contract, old, *rest)


@defect("CAIO-ENV-04", "The registry takes one service more than its size")
def registry_off_by_one() -> None:
    @wrap("caio.registry:ServiceRegistry.__init__")
    def broken(original: Any, self: Any, limit: Any = None, *rest: Any) -> None:
        original(self, None if limit is None else limit + 1, *rest)


@defect("CAIO-ENV-04", "CAIO_REGISTRY_SIZE has no effect")
def registry_unbounded() -> None:
    @wrap("caio.registry:ServiceRegistry.__init__")
    def broken(original: Any, self: Any, limit: Any = None, *rest: Any) -> None:
        original(self, None, *rest)


@defect("CAIO-ENV-04", "A full registry does not even take a new version of a service it has")
def full_registry_keeps_old_versions() -> None:
    @wrap("caio.registry:ServiceRegistry._admit")
    def broken(original: Any, self: Any, contract: Any, old: Any, *rest: Any) -> None:
        full = self.limit is not None and len(self._entries) >= self.limit
        original(self, contract, None if full else old, *rest)


@defect("CAIO-ENV-04", "The place of a removed service is not given to another")
def places_never_freed() -> None:
    taken: set[str] = set()

    @wrap("caio.registry:ServiceRegistry._admit")
    def broken(original: Any, self: Any, contract: Any, *rest: Any) -> None:
        from caio.errors import RegistryFull

        taken.add(contract.service_id)
        if self.limit is not None and len(taken) > self.limit:
            raise RegistryFull(f"the registry holds {self.limit} services, its limit: remove one first")
        original(self, contract, *rest)

"""The registry: services by id, indexed by capability, read through snapshots that never change."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from caio.contracts import ServiceContract
from caio.errors import FieldError, InvalidContract, RegistryFull, ServiceExists, ServiceNotFound, VersionExists
from caio.routing.candidate import Candidate
from caio.routing.offers import Offers
from caio.routing.snapshot import Snapshot

Health = Literal["unknown", "healthy", "unhealthy"]
Circuit = Literal["closed", "open", "half-open"]


class ServiceEntry:
    """A service as registered: its contract, compiled for routing, and what is known of its health."""

    __slots__ = ("_circuit", "_health", "available", "candidates", "contract", "tags", "version")

    def __init__(self, contract: ServiceContract, tags: Iterable[str] = ()) -> None:
        self.contract = contract
        self.version = contract.version
        self.tags = tuple(tags)
        self.candidates = {item.type: Candidate(self, contract, item.type) for item in contract.capabilities}
        self._health: Health = "unknown"
        self._circuit: Circuit = "closed"
        self.available = True

    @property
    def service_id(self) -> str:
        return self.contract.service_id

    @property
    def health(self) -> Health:
        """By probe or outcome; only `unhealthy` keeps requests away."""
        return self._health

    @health.setter
    def health(self, value: Health) -> None:
        if value not in get_args(Health):
            raise ValueError(f"health: expected one of {', '.join(get_args(Health))}, got {value!r}")
        self._health = value
        self._settle()

    @property
    def circuit(self) -> Circuit:
        """By outcomes of calls; only `open` keeps requests away."""
        return self._circuit

    @circuit.setter
    def circuit(self, value: Circuit) -> None:
        if value not in get_args(Circuit):
            raise ValueError(f"circuit: expected one of {', '.join(get_args(Circuit))}, got {value!r}")
        self._circuit = value
        self._settle()

    def _settle(self) -> None:
        self.available = self._health != "unhealthy" and self._circuit != "open"

    def unavailability(self) -> str:
        """Why nothing is routed to it now."""
        if self._health == "unhealthy":
            return "health: the service is unhealthy"
        return "health: the service is unhealthy, its circuit is open after repeated failures"

    def to_dict(self) -> dict[str, object]:
        return {
            "service_id": self.service_id,
            "name": self.contract.name,
            "version": self.version,
            "health": self._health,
            "circuit": self._circuit,
            "tags": list(self.tags),
            "contract": self.contract.to_dict(),
            "digest": self.contract.digest,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What is about to happen to the registry; `entry` is None for a removal."""

    kind: Literal["added", "replaced", "removed"]
    service_id: str
    entry: ServiceEntry | None


OnChange = Callable[[Change], Callable[[], None] | None]


class Overtaken(Exception):
    """Raised by a listener that has just brought the registry up to date: what was to happen is decided anew."""


class ServiceRegistry:
    """Thread-safe. `on_change` runs under the lock before a change is visible: if it raises, nothing changes.
    It may raise Overtaken after it has let in what others decided; then the change is decided anew. What it returns,
    if anything, is called under the lock once the change is visible.

    `limit` bounds the number of services. Costs are counted in the one currency of the first priced contract,
    as figures in different currencies cannot be compared.
    """

    def __init__(self, limit: int | None = None, on_change: OnChange | None = None) -> None:
        self.limit = limit
        self.on_change = on_change
        self.lock = threading.RLock()
        """Held while anything changes; whoever lets in several changes as one holds it meanwhile."""
        self._entries: dict[str, ServiceEntry] = {}
        self._index: dict[str, list[Candidate]] = {}
        self._frozen: dict[str, Offers] = {}
        self._digests: list[bytes] = []
        self._currencies: Counter[str] = Counter()
        self._snapshot: Snapshot[ServiceEntry] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, service_id: object) -> bool:
        return service_id in self._entries

    def get(self, service_id: str) -> ServiceEntry:
        """Raises ServiceNotFound."""
        entry = self._entries.get(service_id)
        if entry is None:
            raise ServiceNotFound(f"no service {service_id!r} is registered")
        return entry

    def entries(self) -> list[ServiceEntry]:
        """All, by service id."""
        with self.lock:
            return [self._entries[key] for key in sorted(self._entries)]

    def snapshot(self) -> Snapshot[ServiceEntry]:
        """The current one; made anew only after a change, and only for the capabilities that changed."""
        snapshot = self._snapshot
        if snapshot is None:
            with self.lock:
                snapshot = self._snapshot = self._freeze()
        return snapshot

    def add(
        self,
        contract: ServiceContract,
        *,
        replace: bool = False,
        reload: bool = False,
        known: bool = False,
        tags: Iterable[str] = (),
    ) -> ServiceEntry:
        """Registers a contract.

        `replace` lets a new version take the place of the old; `reload` also lets the same version change, for
        contracts read again from files; `known` refuses a service that is not registered yet.
        Raises ServiceExists, VersionExists, ServiceNotFound, RegistryFull or InvalidContract.
        """
        entry = ServiceEntry(contract, tags)

        def admitted() -> Change:
            old = self.get(contract.service_id) if known else self._entries.get(contract.service_id)
            self._admit(contract, old, replace or reload, reload)
            return Change("added" if old is None else "replaced", contract.service_id, entry)

        with self.lock:
            done = self._announced(admitted)
            self._put_in(entry)
            done()
        return entry

    def remove(self, service_id: str) -> ServiceEntry:
        """Raises ServiceNotFound."""

        def admitted() -> Change:
            self.get(service_id)
            return Change("removed", service_id, None)

        with self.lock:
            done = self._announced(admitted)
            entry = self.get(service_id)
            self._take_out(entry)
            done()
        return entry

    def adopt(self, contract: ServiceContract) -> None:
        """Lets in what was decided elsewhere: it is neither judged nor announced."""
        with self.lock:
            self._put_in(ServiceEntry(contract))

    def discard(self, service_id: str) -> None:
        """Lets go of what was removed elsewhere, if it is here."""
        with self.lock:
            if service_id in self._entries:
                self._take_out(self._entries[service_id])

    def _admit(self, contract: ServiceContract, old: ServiceEntry | None, replace: bool, reload: bool) -> None:
        if old is None:
            if self.limit is not None and len(self._entries) >= self.limit:
                raise RegistryFull(f"the registry holds {self.limit} services, its limit: remove one first")
        elif old.version == contract.version and not reload:
            raise ServiceExists(f"{contract.service_id!r} version {contract.version!r} is already registered")
        elif not replace:
            raise VersionExists(
                f"{contract.service_id!r} is registered in version {old.version!r}: ask to replace it with "
                f"{contract.version!r}"
            )
        if contract.cost is not None:
            self._check_currency(contract.cost.currency, old)

    def _check_currency(self, currency: str, old: ServiceEntry | None) -> None:
        in_use = self._currencies - Counter(_currency(old) if old else ())
        for other in in_use:
            if other != currency:
                message = f"expected {other}, in which this registry counts, got {currency!r}"
                raise InvalidContract.at(FieldError("cost.currency", message))

    def _announced(self, admitted: Callable[[], Change]) -> Callable[[], None]:
        """Has a change decided until nobody overtakes it. Gives what is to be called once it is visible."""
        while True:
            change = admitted()
            try:
                done = self.on_change(change) if self.on_change is not None else None
            except Overtaken:
                continue
            return done or (lambda: None)

    def _put_in(self, entry: ServiceEntry) -> None:
        """In the place of the old one, if there is one: the service is there all the time."""
        old = self._entries.get(entry.service_id)
        if old is not None:
            self._unlist(old)
        self._entries[entry.service_id] = entry
        for capability, candidate in entry.candidates.items():
            insort(self._index.setdefault(capability, []), candidate, key=_order)
            self._frozen.pop(capability, None)
        insort(self._digests, _identity(entry))
        self._currencies.update(_currency(entry))
        self._snapshot = None

    def _take_out(self, entry: ServiceEntry) -> None:
        self._unlist(entry)
        del self._entries[entry.service_id]
        self._snapshot = None

    def _unlist(self, entry: ServiceEntry) -> None:
        for capability, candidate in entry.candidates.items():
            offers = self._index[capability]
            del offers[bisect_left(offers, candidate.order, key=_order)]
            self._frozen.pop(capability, None)
            if not offers:
                del self._index[capability]
        del self._digests[bisect_left(self._digests, _identity(entry))]
        self._currencies.subtract(_currency(entry))
        self._snapshot = None

    def _freeze(self) -> Snapshot[ServiceEntry]:
        for capability, offers in self._index.items():
            if capability not in self._frozen:
                self._frozen[capability] = Offers(offers)
        return Snapshot(
            entries=MappingProxyType(dict(self._entries)),
            index=MappingProxyType(dict(self._frozen)),
            digest="sha256:" + hashlib.sha256(b"\n".join(self._digests)).hexdigest(),
        )


def _order(candidate: Candidate) -> tuple[float, str]:
    return candidate.order


def _identity(entry: ServiceEntry) -> bytes:
    return f"{entry.service_id} {entry.contract.digest}".encode()


def _currency(entry: ServiceEntry) -> tuple[str, ...]:
    return (entry.contract.cost.currency,) if entry.contract.cost else ()

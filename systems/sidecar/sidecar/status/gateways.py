"""Signs of life of gateways: of one that has died nobody waits for the end of an answer."""

from __future__ import annotations

import time

from sidecar.status.store import Item, StatusStore, key_of

KIND, NOBODY = "gateway", "-"
BEAT_SECONDS = 2.0
DEAD_SECONDS = 10.0


def beat(store: StatusStore, gateway: str) -> None:
    """Say that a gateway lives."""
    now, key = time.time(), key_of(KIND, NOBODY, gateway)
    if store.change(key, lambda item: {**item, "ended": now}) is None:
        store.create({"key": key, "kind": KIND, "tenant": NOBODY, "created": now, "ended": now, "open": False})


def is_dead(store: StatusStore, trace: Item) -> bool:
    """Whether the gateway of a trace has died, or was never heard of for long."""
    now = time.time()
    item = store.get(key_of(KIND, NOBODY, str(trace["gateway"])))
    return now - float(item["ended"] if item is not None else trace["created"]) > DEAD_SECONDS

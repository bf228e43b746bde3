"""Webhooks and their deliveries, as the StatusStore keeps them."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sidecar.status.store import Item, StatusStore, key_of
from sidecar.status.traces import at

WEBHOOK, DELIVERY = "webhook", "delivery"
ACTIVE, GONE, DELETED = "active", "gone", "deleted"
USABLE_ID = re.compile(r"[0-9a-f]{32}")
PREFIX = "whsec_"
SECRET_BYTES = 32

Event = Literal["trace.complete", "trace.failed", "trace.cancelled"]
EVENTS: tuple[Event, ...] = ("trace.complete", "trace.failed", "trace.cancelled")


class NewWebhook(BaseModel):
    """What a caller registers."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    events: Annotated[list[Event], Field(min_length=1, max_length=16)] = list(EVENTS)


def record_of(wanted: NewWebhook, tenant: str) -> Item:
    """The record of a new webhook."""
    identifier = uuid.uuid4().hex
    return {
        "key": key_of(WEBHOOK, tenant, identifier),
        "kind": WEBHOOK,
        "tenant": tenant,
        "created": time.time(),
        "open": False,
        "url": wanted.url,
        "events": list(dict.fromkeys(wanted.events)),
        "secret": PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode(),
        "status": ACTIVE,
    }


def id_of(item: Item) -> str:
    """The id of a record."""
    return str(item["key"].rpartition("#")[2])


def of_tenant(store: StatusStore, tenant: str) -> list[Item]:
    """Its webhooks, without those that it has deleted."""
    return [item for item in store.group(WEBHOOK, tenant) if item["status"] != DELETED]


def delete(store: StatusStore, tenant: str, identifier: str) -> bool:
    """Delete a webhook, and forget its secret. False if there is none."""

    def decide(item: Item) -> Item | None:
        deleted = {**item, "status": DELETED, "secret": "", "url": "", "ended": time.time()}
        return deleted if item["status"] != DELETED else None

    return store.change(key_of(WEBHOOK, tenant, identifier), decide) is not None


def end(store: StatusStore, key: str) -> None:
    """The receiver is gone for good."""
    store.change(key, lambda item: {**item, "status": GONE} if item["status"] == ACTIVE else None)


def shown(item: Item) -> dict[str, Any]:
    """A webhook as its owner sees it."""
    return {
        "id": id_of(item),
        "url": item["url"],
        "events": item["events"],
        "created": at(item["created"]),
        "status": item["status"],
    }


def delivery_of(webhook: Item, trace: Item) -> Item:
    """The record of what a webhook is to be told of a trace. Making it again gives the same key and message id."""
    identifier = hashlib.sha256(f"{webhook['key']} {trace['key']}".encode()).hexdigest()[:32]
    now = time.time()
    return {
        "key": key_of(DELIVERY, trace["tenant"], identifier),
        "kind": DELIVERY,
        "tenant": trace["tenant"],
        "created": now,
        "open": True,
        "ended": None,
        "webhook": webhook["key"],
        "trace": trace["key"],
        "message": f"msg_{identifier}",
        "body": payload_of(trace).decode(),
        "attempts": 0,
        "due": now,
        "lease_until": 0.0,
        "status": "waiting",
    }


def payload_of(trace: Item) -> bytes:
    """What is sent, the same on every try."""
    complete = trace["status"] == "complete"
    data = {
        "trace_id": trace["trace_id"],
        "tenant": trace["tenant"],
        "status": trace["status"],
        "level": trace["level"],
        "reason": trace["reason"],
        "graph": f"/v1/traces/{trace['trace_id']}/graph" if complete else None,
    }
    return orjson.dumps({"type": event_of(trace), "timestamp": at(trace["ended"]), "data": data})


def event_of(trace: Item) -> str:
    """The event that a trace's end is."""
    return f"trace.{trace['status']}"


def change(store: StatusStore, key: str, allowed: Callable[[Item], bool], **fields: Any) -> Item | None:
    """Change fields of a record where that is allowed."""
    return store.change(key, lambda item: {**item, **fields} if allowed(item) else None)

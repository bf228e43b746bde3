"""The StatusStore in DynamoDB: one item per record, every write conditional on the version that was read."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import orjson

from sidecar.chaos import ChaosControl
from sidecar.settings import Settings
from sidecar.status import rules
from sidecar.status.aws import Account, CallFailed, JsonService
from sidecar.status.store import Decide, Item, StoreUnavailable

OPEN_INDEX = "open"
"""Holds only the records that somebody has to work on."""

TRIES = 50
"""Of a write, while others write the same record."""

READY_SECONDS = 30.0


class DynamoDbStore:
    """A table, which is made if it is not there."""

    def __init__(self, settings: Settings, chaos: ChaosControl) -> None:
        account = Account(
            settings.aws_region, settings.aws_access_key_id, settings.aws_secret_access_key.get_secret_value()
        )
        url = settings.ddb_endpoint_url or f"https://dynamodb.{settings.aws_region}.amazonaws.com"
        self._service = JsonService(url, "dynamodb", "DynamoDB_20120810", account)
        self._table = settings.ddb_table
        self._retention = settings.sidecar_retention_seconds
        self._chaos = chaos
        self._ready = False

    def create(self, item: Item) -> bool:
        """Add a record. False if there is one of that key."""
        return self._put({**item, "version": 1}, {"ConditionExpression": "attribute_not_exists(id)"})

    def get(self, key: str) -> Item | None:
        """The present record."""
        answer = self._call("GetItem", {"Key": place_of(key), "ConsistentRead": True})
        return read(answer["Item"]) if "Item" in answer else None

    def change(self, key: str, decide: Decide) -> Item | None:
        """Write what ``decide`` makes of the record. Raises RuleBroken."""
        for _ in range(TRIES):
            before = self.get(key)
            after = decide(dict(before)) if before is not None else None
            if before is None or after is None:
                return None
            rules.check(before, after)
            written = {**after, "version": before["version"] + 1}
            values = {":version": {"N": str(before["version"])}, ":tenant": {"S": before["tenant"]}}
            condition = "version = :version AND tenant = :tenant"
            if self._put(written, {"ConditionExpression": condition, "ExpressionAttributeValues": values}):
                return written
        raise StoreUnavailable(f"{key} is written by too many at once")

    def group(self, kind: str, tenant: str) -> list[Item]:
        """All records of a kind and tenant, the oldest first."""
        values = {":place": {"S": f"{kind}#{tenant}"}}
        found = self._query({"ConsistentRead": True, "KeyConditionExpression": "place = :place"}, values)
        return sorted(found, key=lambda item: float(item["created"]))

    def pending(self, kind: str) -> list[Item]:
        """Records of a kind that somebody has to work on, the oldest first."""
        values = {":kind": {"S": kind}}
        return list(self._query({"IndexName": OPEN_INDEX, "KeyConditionExpression": "open_kind = :kind"}, values))

    def ping(self) -> None:
        """Find out whether it can be used."""
        self._call("DescribeTable", {})

    def close(self) -> None:
        """Close the connection of this thread."""
        self._service.close()

    def _query(self, query: dict[str, Any], values: dict[str, Any]) -> Iterator[Item]:
        start: dict[str, Any] = {}
        while True:
            answer = self._call("Query", {**query, **start, "ExpressionAttributeValues": values})
            yield from map(read, answer.get("Items", []))
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _put(self, item: Item, condition: dict[str, Any]) -> bool:
        """Write a whole record. False if its condition does not hold."""
        stored: dict[str, Any] = {
            **place_of(item["key"]),
            "version": {"N": str(item["version"])},
            "tenant": {"S": item["tenant"]},
            "created": {"N": repr(float(item["created"]))},
            "body": {"S": orjson.dumps(item).decode()},
        }
        if item.get("open"):
            stored["open_kind"] = {"S": item["kind"]}
        if item.get("ended"):
            stored["expires"] = {"N": str(int(item["ended"] + self._retention))}
        try:
            self._call("PutItem", {"Item": stored, **condition})
        except ConditionFailed:
            return False
        return True

    def _call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        self._chaos.slow_store()
        with usable():
            if not self._ready:
                self._make_table()
            return self._service.call(action, {"TableName": self._table, **request})

    def _make_table(self) -> None:
        """Make the table, unless it is there, and wait until it can be used."""
        with contextlib.suppress(CallFailed):
            self._service.call("CreateTable", table_of(self._table))
        ends = time.monotonic() + READY_SECONDS
        while self._service.call("DescribeTable", {"TableName": self._table})["Table"]["TableStatus"] != "ACTIVE":
            if time.monotonic() > ends:
                raise StoreUnavailable(f"the table {self._table} does not become active")
            time.sleep(0.05)
        self._ready = True


class ConditionFailed(Exception):
    """Another write came first."""


@contextlib.contextmanager
def usable() -> Iterator[None]:
    """Turn what DynamoDB refuses into StoreUnavailable."""
    try:
        yield
    except CallFailed as failure:
        if failure.kind == "ConditionalCheckFailedException":
            raise ConditionFailed from None
        raise StoreUnavailable(str(failure)) from failure
    except OSError as error:
        raise StoreUnavailable(f"DynamoDB cannot be reached: {error}") from error


def place_of(key: str) -> dict[str, Any]:
    """The primary key of a record: the partition is its kind and tenant."""
    place, _, identifier = key.rpartition("#")
    return {"place": {"S": place}, "id": {"S": identifier}}


def read(stored: dict[str, Any]) -> Item:
    """The record in an item."""
    found: Item = orjson.loads(stored["body"]["S"])
    return found


def table_of(name: str) -> dict[str, Any]:
    """What the table is made as."""
    kinds = {"place": "S", "id": "S", "open_kind": "S", "created": "N"}
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": each, "AttributeType": kind} for each, kind in kinds.items()],
        "KeySchema": keys("place", "id"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": OPEN_INDEX,
                "KeySchema": keys("open_kind", "created"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }


def keys(partition: str, sort: str) -> list[dict[str, str]]:
    """A key of two attributes."""
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]

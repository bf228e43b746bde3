"""The StatusStore: traces, webhooks and their deliveries, in a JSON file or in DynamoDB behind one interface."""

from __future__ import annotations

from sidecar.chaos import ChaosControl
from sidecar.settings import Settings
from sidecar.status.store import StatusStore


def open_store(settings: Settings) -> StatusStore:
    """The store that the settings name."""
    chaos = ChaosControl(settings.chaos_control_path)
    if settings.status_backend == "ddb":
        from sidecar.status.dynamodb import DynamoDbStore

        return DynamoDbStore(settings, chaos)
    from sidecar.status.json_lines import JsonLinesStore

    return JsonLinesStore(settings.status_path, chaos, settings.sidecar_retention_seconds)

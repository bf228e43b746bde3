"""Every way in which we break CAIO from outside its code, by area; importing this package lists them all."""

from tests.defects.caio import (  # noqa: F401 -- importing them registers their defects
    alerts,
    auth,
    backups,
    configuration,
    containers,
    cors,
    cors_browser,
    decisions,
    encryption,
    errors,
    exploration,
    failover,
    hardening,
    health,
    limits,
    load,
    load_variety,
    logs,
    openapi,
    ranking,
    registry,
    rollout,
    routing,
    workers,
)
from tests.defects.caio.defect import DEFECTS

__all__ = ["DEFECTS"]

"""Every way in which we break the Automation Orchestrator from outside its code; importing this lists them all."""

from tests.defects.automation import (  # noqa: F401 -- importing them registers their defects
    auth,
    backups,
    deliveries,
    exploration,
    health,
    leads,
    lifecycle,
    limits,
    metrics,
    stress,
    workflows,
)
from tests.defects.automation.defect import DEFECTS

__all__ = ["DEFECTS"]

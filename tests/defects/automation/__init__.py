"""Every way in which we break the Automation Orchestrator from outside its code, by area; importing it lists them all."""

from tests.defects.automation import (  # noqa: F401 -- importing them registers their defects
    auth,
    leads,
    limits,
    metrics,
)
from tests.defects.automation.defect import DEFECTS

__all__ = ["DEFECTS"]

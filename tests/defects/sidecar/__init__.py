"""Every way in which we break the Async Sidecar from outside its code; importing this lists them all."""

from tests.defects.sidecar import (  # noqa: F401 -- importing them registers their defects
    access,
    chats,
    faults,
    platform_chart,
    platform_operations,
    platform_runner,
    records,
    traces,
)
from tests.defects.sidecar.defect import DEFECTS

__all__ = ["DEFECTS"]

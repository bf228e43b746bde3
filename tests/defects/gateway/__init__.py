"""Every way in which we break the reference gateway from outside its code; importing this lists them all."""

from tests.defects.gateway import (  # noqa: F401 -- importing them registers their defects
    auth,
    configuration,
    cors,
    deployment,
    errors,
    failover,
    health,
    limits,
    load,
    logs,
    metrics,
    routing,
    streaming,
)
from tests.defects.gateway.defect import DEFECTS

__all__ = ["DEFECTS"]

"""CAIO, the contract-based AI orchestrator (reference implementation)."""

from caio.decision import RoutingDecision
from caio.orchestrator import Orchestrator
from caio.request import Request

__version__ = "1.0.0"
__all__ = ["Orchestrator", "Request", "RoutingDecision", "__version__"]

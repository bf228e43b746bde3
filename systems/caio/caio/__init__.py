"""CAIO, the contract-based AI orchestrator (reference implementation)."""

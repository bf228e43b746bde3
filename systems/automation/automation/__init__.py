"""Automation Orchestrator: leads, campaigns and workflows, done by workers over a queue."""

__version__ = "1.0.0"

"""Async Sidecar: a chat gateway that answers at once, and an explainer beside it."""

__version__ = "1.0.0"

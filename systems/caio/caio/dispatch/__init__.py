"""Calls the services that routing chose: fallback within a deadline, circuits, probes."""

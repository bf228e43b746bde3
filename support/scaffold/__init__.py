"""Writes the first files for a system that somebody wants to accept: its definition, criteria and features."""

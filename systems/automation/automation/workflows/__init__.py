"""Workflows: steps that callers ask for, which workers do one after the other, each with its effect exactly once."""

"""Runs over time: what each said, what the owner decided, what changed in between, and what is not to be trusted."""

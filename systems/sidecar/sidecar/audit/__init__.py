"""The audit log: JSON lines in a hash chain that shows removal and change."""

"""The audit log, its backups, and how they are restored."""

"""What CAIO must not forget: services and decisions, in SQLite."""

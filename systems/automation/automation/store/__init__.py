"""What survives ``kill -9``: users, leads, campaigns, workflow runs and jobs, in one SQLite file (WAL)."""

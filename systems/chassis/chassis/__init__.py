"""Service plumbing every reference orchestrator shares."""

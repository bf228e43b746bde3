"""What this machine offers to a run, what depends on it, and how to get what is missing: `signoff doctor`."""

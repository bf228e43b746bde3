"""The queue worker that explains traces."""

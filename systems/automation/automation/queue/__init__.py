"""The way of jobs from the store through Redis to workers, which do them under leases."""

import os

# dramatiq reads this when it is imported: milliseconds before a consumer tries a lost Redis again.
os.environ.setdefault("dramatiq_restart_delay", "500")

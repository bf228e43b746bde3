"""The queue worker that explains traces."""

import os

# dramatiq reads this when it is imported: milliseconds before a consumer tries a lost Redis again.
os.environ.setdefault("dramatiq_restart_delay", "500")

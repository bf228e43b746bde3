"""The way of traces through Redis to explainers. A message only says that a trace may be claimed."""

import os

# dramatiq reads this when it is imported: milliseconds before a consumer tries a lost Redis again.
os.environ.setdefault("dramatiq_restart_delay", "500")

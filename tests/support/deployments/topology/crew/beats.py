"""Ends with 0 if a worker has said that it is ready; beats.py QUEUE NUMBER."""

import sys

import redis

with redis.Redis.from_url(sys.argv[1], socket_timeout=5) as queue:
    sys.exit(0 if queue.get(f"worker-{sys.argv[2]}") else "not ready yet")

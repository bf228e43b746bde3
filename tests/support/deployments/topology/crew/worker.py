"""A worker: takes jobs from the queue and writes them into the ledger; worker.py CONFIG NUMBER."""

import json
import os
import sys
import time
from pathlib import Path

import psycopg
import redis

CONFIG = json.loads(Path(sys.argv[1]).read_text())
NAME = f"worker-{sys.argv[2]}"

if os.environ.get("LAZY") == sys.argv[2]:
    for line in range(40):
        print(f"line {line}")
    sys.exit(f"{NAME} will not work")
print(f"{NAME} works for {os.environ['API']}", flush=True)
while True:
    try:
        with redis.Redis.from_url(CONFIG["queue"], socket_timeout=5) as queue:
            while True:
                began = time.monotonic()
                queue.set(NAME, "ready", ex=600)
                if time.monotonic() - began > 1.5:
                    print("the queue is slow", flush=True)
                if taken := queue.blpop(["jobs"], timeout=1):
                    with psycopg.connect(CONFIG["ledger"]) as ledger:
                        ledger.execute("INSERT INTO done VALUES (%s, %s)", (taken[1].decode(), NAME))
                    print(f"did {taken[1].decode()}", flush=True)
    except redis.RedisError as error:
        print(f"no queue: {error}", flush=True)
        time.sleep(0.1)

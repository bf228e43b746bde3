"""Starts one store of each kind, prints the numbers of all processes, and waits to be killed: starting.py REPORTS."""

import os
import sys
import time
from pathlib import Path

import psutil

from support.base.settings import Settings, Timeouts
from support.deployments.journal import RunJournal
from support.deployments.stores import PostgreSQL, Redis
from support.faults.stores import FullStore

settings = Settings(reports=Path(sys.argv[1]), timeouts=Timeouts(start=120, stop=60))
journal = RunJournal(settings.scratch, "main")
stores = [
    PostgreSQL("plain", settings, settings.scratch / "plain", journal),
    PostgreSQL("small", settings, settings.scratch / "small", journal, disk=160),
    Redis("cache", settings, settings.scratch / "cache", journal),
]
for store in stores:
    store.start()
if "FILL" in os.environ:
    with FullStore(stores[1]) as fault:
        print(fault.journal[1].what, flush=True)
    for store in stores:
        store.close()
else:
    print(*(process.pid for process in psutil.Process().children(recursive=True)), flush=True)
    time.sleep(600)

"""In a network namespace of its own a process reaches loopback alone, and what it tries beyond is seen."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import socket, time
from support.deployments import isolation
outside = isolation.enter()
if outside is None:
    print("none:", isolation.why_not())
    raise SystemExit
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
asked = bytes(12) + b"\\x07example\\x03org\\x00" + bytes(4)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.sendto(asked, ("192.0.2.53", 53))
caller = socket.socket()
caller.settimeout(0.2)
try:
    caller.connect(("192.0.2.7", 443))
except OSError:
    pass
time.sleep(0.3)
print(outside.calls(), isolation.enter() is outside)
"""


def test_calls_beyond_loopback_are_seen() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    if done.stdout.startswith("none:"):
        pytest.skip(done.stdout.strip())
    assert done.stdout.strip() == "['UDP 192.0.2.53:53 (DNS: example.org)', 'TCP 192.0.2.7:443'] True"

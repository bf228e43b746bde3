"""`signoff upstreams` starts upstreams where it is told to, says where they are, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from support.base.outcomes import UsageError
from support.base.settings import ROOT, from_userdata
from support.upstreams.client import locate

COMMAND = [sys.executable, "-m", "support", "upstreams"]


def free_port() -> int:
    """The first of six ports that are free."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
        if port < 65_000:
            return port


def test_it_starts_says_where_and_ends() -> None:
    port = free_port()
    command = [*COMMAND, "--port", str(port), "--names", "a,b", "--key", "sk-given"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = []
        for line in running.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        given = re.search(r"-D upstreams=(\S+)", "".join(said))
        assert given is not None
        told = from_userdata({"upstreams": given[1]}, []).upstreams
        found = {name: locate(control) for name, control in told.items()}
        assert [found[name].url for name in "ab"] == [f"http://127.0.0.1:{port + n}" for n in range(2)]
        assert requests.get(f"{found['a'].url}/v1/models", headers={"Authorization": "Bearer sk-given"}, timeout=5).ok
        running.send_signal(signal.SIGINT)
        running.wait(15)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{found['a'].url}/health", timeout=5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--names", ","], "give at least one name"),
        (["--names", "a,a"], "none twice"),
        (["--port", "65535"], "there is no room"),
    ],
)
def test_what_cannot_be_started_is_refused(options: list[str], says: str) -> None:
    done = subprocess.run([*COMMAND, *options], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize("given", ["a", "a=", "=http://x", "a=nowhere"])
def test_addresses_that_are_none_are_refused(given: str) -> None:
    with pytest.raises(UsageError, match="upstreams"):
        from_userdata({"upstreams": given}, [])

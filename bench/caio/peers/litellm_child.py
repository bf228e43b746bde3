"""The process that times ``litellm.Router`` in LiteLLM's own environment, asked over a pipe."""

from __future__ import annotations

import contextlib
import json
import selectors
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.caio.peers import environments
from bench.caio.peers.effort import Effort
from bench.caio.peers.environments import HERE
from bench.caio.peers.scratch import scratch
from bench.servers import RUN, NotAvailable, end, last_words
from support.deployments import processes

PATIENCE = 300.0
"""Seconds in which LiteLLM has to build a router and decide; ten thousand deployments take it a while."""
LEAST = 3
"""Decisions that are timed in any case; litellm_router.py says the same."""

Times = list[float]
"""Of single decisions, in µs."""


class LiteLLM:
    """The other end of the pipe."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], log: Path) -> None:
        self._start = start
        self._process = start()
        self._log = log

    def times(self, strategy: str, services: int, effort: Effort) -> Times:
        """Times of single decisions. Raises NotAvailable when it does not answer."""
        bounds = {"decisions": effort.decisions, "seconds": effort.decision_seconds}
        asked = json.dumps({"strategy": strategy, "services": services, **bounds})
        times: Times = json.loads(self._answer(asked.encode() + b"\n"))["times"]
        return times

    def _answer(self, asked: bytes) -> bytes:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        with contextlib.suppress(BrokenPipeError), selectors.DefaultSelector() as selector:
            to.write(asked)
            to.flush()
            selector.register(back, selectors.EVENT_READ)
            if not selector.select(PATIENCE):
                self.close()  # what it would still say would be taken for the next answer
                self._process = self._start()
                raise NotAvailable(f"it did not answer within {PATIENCE:.0f} s")
            line = back.readline()
            if line:
                return line
        raise NotAvailable(f"its process ended: {last_words(self._log)}")

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # piped
        end(self._process)


@contextmanager
def started(say: Callable[[str], None]) -> Iterator[LiteLLM]:
    """The process, until the context is left. Raises NotAvailable when its environment cannot be made."""
    home = environments.python("litellm").ready(say)
    command = [str(home / "bin" / "python"), str(HERE / "litellm_router.py")]
    environment = processes.clean_environment({"LITELLM_LOCAL_MODEL_COST_MAP": "True"}, RUN)
    with scratch(say) as folder:
        log = folder / "log.txt"

        def start() -> subprocess.Popen[bytes]:
            with log.open("wb") as output:
                return processes.spawn(command, environment, folder, output, piped=True)

        litellm = LiteLLM(start, log)
        try:
            yield litellm
        finally:
            litellm.close()

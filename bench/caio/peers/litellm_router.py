"""Times decisions of ``litellm.Router``; runs in LiteLLM's own environment, asked and answering by lines of JSON.

Asked ``{"strategy": …, "services": …, "decisions": …, "seconds": …}`` it makes that many decisions, or as many as fit
into the seconds, and answers with the times of all in µs. Every deployment serves the model that is asked for.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

WARM_UP = 50
LEAST = 3
"""Decisions that are timed in any case; by latency, one among ten thousand takes more than four seconds."""
MESSAGES = [{"role": "user", "content": "Where is my order?"}]


def build(strategy: str, services: int) -> Any:
    """A router over so many deployments of one model."""
    from litellm import Router  # type: ignore[import-not-found,unused-ignore]  # of the other environment

    deployments = [
        {
            "model_name": "chat",
            "litellm_params": {"model": "openai/stub", "api_base": "http://127.0.0.1:9/v1", "api_key": "none"},
            "model_info": {"id": f"service-{number:05d}"},
        }
        for number in range(services)
    ]
    return Router(model_list=deployments, routing_strategy=strategy, num_retries=0)


async def decide(router: Any, decisions: int, seconds: float) -> list[float]:
    """Times of single decisions in µs, after a warm-up of at most half as long."""
    await timed(router, min(WARM_UP, decisions), 1, seconds / 2)
    return await timed(router, decisions, LEAST, seconds)


async def timed(router: Any, most: int, least: int, seconds: float) -> list[float]:
    """Times of single decisions in µs: as many as fit into the seconds, within these bounds."""
    times: list[float] = []
    until = time.monotonic() + seconds
    while len(times) < most and (len(times) < least or time.monotonic() < until):
        started = time.perf_counter_ns()
        chosen = await router.async_get_available_deployment(model="chat", request_kwargs={}, messages=MESSAGES)
        times.append((time.perf_counter_ns() - started) / 1000)
        assert chosen["model_name"] == "chat"
    return times


def main() -> None:
    """One answer for each line; whatever LiteLLM prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    loop = asyncio.new_event_loop()
    routers: dict[str, Any] = {}
    size = 0
    for line in sys.stdin:
        asked = json.loads(line)
        strategy = asked["strategy"]
        if asked["services"] != size:
            routers, size = {}, asked["services"]
        if strategy not in routers:
            routers[strategy] = build(strategy, size)
        times = loop.run_until_complete(decide(routers[strategy], asked["decisions"], asked["seconds"]))
        print(json.dumps({"times": times}), file=answers, flush=True)


if __name__ == "__main__":
    main()

"""Upstreams of an AI gateway: model servers, each behind a fault proxy that records calls and injects faults by event.

One upstream is two processes. Both are ready when ``GET /health`` on their port is answered with 200::

    python -m backends.openai --host 127.0.0.1 --port SERVICE --name a --key KEY      (PYTHONPATH: systems/backends)
    python -m support.upstreams.proxy --name a --port PROXY --control CONTROL --target http://127.0.0.1:SERVICE \
        --key KEY                                                                     (PYTHONPATH: the repository)

The gateway is given ``http://127.0.0.1:PROXY``; the suite talks to ``http://127.0.0.1:CONTROL``, whose ``GET /about``
gives name, url, direct (the service itself) and key: all that ``support.base.upstreams.UpstreamAddress`` holds, so
that the address of the control port is enough to find an upstream (``support.upstreams.client.locate``). The proxy's
control port answers ``GET /health`` as soon as the proxy listens, whether the service does or not.

``support.deployments.upstreams.UpstreamPair`` starts and ends such a pair; its ``address`` is known before the start. A
deployment that has upstreams shows them as ``upstreams: dict[str, UpstreamAddress]`` (by name, in the definition's
order), where ``support.world.upstreams.Upstreams``, a part of the scenario, finds them.

``faults`` tells what can be injected; ``calls`` what is recorded; ``client`` how the suite reaches it; ``proxy``,
``exchange``, ``wire`` and ``control`` run in the proxy's process. ``signoff upstreams`` (``command``) starts upstreams
by themselves.

Nothing is imported here: the proxy's process must start fast.
"""

"""Callers who name a host of their own in a request, in every way that some gateway knows."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.base.outcomes import NotVerified
from support.domains.gateway import asking
from support.domains.gateway.asking import Register
from support.http import Exchange
from support.world.core import World
from support.world.upstreams import Upstreams

HOST = "127.0.0.77"
"""An address of this machine that is no upstream's: also a gateway that trusts 127.0.0.1 has no reason to call it."""
TRIED_WITHIN = 3.0
"""Seconds within which a host is refused that is not tried; one that is tried takes longer, or is unreachable."""


@dataclass(slots=True)
class NamedHost:
    """A host that nobody but a caller has named: who connected to it, by what was asked for."""

    visits: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def ask_in_every_way(world: World, name: str) -> None:
    """Have a caller ask for a route, and name its own host in a field or header of which some gateway takes it."""
    part = world.part(NamedHost)
    with _host(part) as url:
        for what, headers, fields in _ways(url):
            question = asking.question_for(world, name)
            body = {**question.body, **fields}
            sent = {**asking.headers_of(world, name), **headers}
            part.asked.append(what)
            answer = world.http.post(asking.CHAT, json=body, headers=sent, timeout=asking.PATIENCE)
            world.exchanges.append(answer)


def _ways(url: str) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """What the way is called, and the headers and fields that it takes."""
    config = {"provider": "openai", "custom_host": f"{url}/v1", "api_key": "sk-of-the-caller"}
    for name in ("api_base", "base_url", "custom_host", "upstream", "target"):
        yield f"the field {name}", {}, {name: f"{url}/v1"}
    listed = [{"model_name": "gpt-plain", "litellm_params": {"model": "openai/x", "api_base": f"{url}/v1"}}]
    yield "the field user_config", {}, {"user_config": {"model_list": listed}}
    yield "the field extra_headers", {}, {"extra_headers": {"Host": url.removeprefix("http://")}}
    yield "the header x-portkey-config", {"x-portkey-config": json.dumps(config)}, {}
    aimed = {"x-portkey-provider": "openai", "x-portkey-custom-host": f"{url}/v1"}
    yield "the header x-portkey-custom-host", aimed, {}
    for header in ("X-Upstream-URL", "X-Target-URL", "X-Base-URL", "X-Forwarded-Host", "X-Original-URL", "X-Host"):
        yield f"the header {header}", {header: url}, {}


@contextmanager
def _host(part: NamedHost) -> Iterator[str]:
    """A server on loopback that takes connections, notes what is asked for, and answers nothing."""
    with socket.create_server((HOST, 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, part), daemon=True)
        thread.start()
        yield f"http://{HOST}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def _serve(server: socket.socket, part: NamedHost) -> None:
    while True:
        try:
            visitor, _ = server.accept()
        except OSError:
            return
        with visitor:
            visitor.settimeout(1)
            try:
                first = visitor.recv(200).split(b"\r\n")[0].decode("latin-1")
            except OSError:
                first = "a connection without a request"
            part.visits.append(f"{first} ({part.asked[-1] if part.asked else 'before anything was asked'})")


def aim(world: World, name: str, address: str) -> Exchange:
    """Have a caller aim a request for a route at an address, in the way in which the definition aims it at upstreams.

    Raises NotVerified where the definition's headers of the route name no upstream.
    """
    headers, aimed = asking.headers_of(world, name), False
    for upstream in world.part(Upstreams).all():
        for header, value in headers.items():
            aimed = aimed or upstream.url in value
            headers[header] = value.replace(upstream.url, address)
    if not aimed:
        raise NotVerified(f"{world.system.path}: routes.{name}.headers name no upstream, so no caller can aim so")
    question = asking.question_for(world, name)
    answer = world.http.post(asking.CHAT, json=question.body, headers=headers, timeout=asking.PATIENCE)
    asking.keep(world, asking.Asked(question, name, asking.CALLER, answer))
    return world.part(Register).last.exchange


def tried(answer: Exchange) -> list[str]:
    """Why a request that was aimed at a forbidden host was not simply refused (4xx), at once."""
    refused = answer.status is not None and 400 <= answer.status < 500
    wrong = [] if refused else [f"it was not refused\n{answer.describe()}"]
    late = answer.duration > TRIED_WITHIN
    return [*wrong, f"it took {answer.duration:.1f} s, as if the host was called"] if late else wrong

"""Lets another process use CAIO's Python API: JSON-RPC 2.0, one JSON object per line on stdin and stdout.

The first line out is the notification `ready`. A refusal of CAIO is error -32000 with its problem document as
data; any other exception is -32603 with the traceback. Standard error is free for diagnostics.
"""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TextIO

from burst import Burst
from caio import Orchestrator, Request, __version__
from caio.errors import CaioError
from caio.proofs import verify

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, REFUSED = -32603, -32000


class RpcError(Exception):
    """An error of the protocol itself."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def need(params: Mapping[str, Any], name: str) -> Any:
    if name not in params:
        raise RpcError(INVALID_PARAMS, f"the parameter {name} is missing")
    return params[name]


class Driver:
    """One orchestrator and the methods that may be called on it."""

    def __init__(self) -> None:
        self.orchestrator = Orchestrator()
        self.methods: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "register": self.register,
            "register_all": self.register_all,
            "remove": self.remove,
            "service": self.service,
            "services": self.services,
            "route": self.route,
            "route_together": self.route_together,
            "load": self.load,
            "decision": self.decision,
            "verify": self.verify,
            "probe": self.probe,
            "record_outcome": self.record_outcome,
            "set_policies": self.set_policies,
            "keys": self.keys,
        }

    def register(self, params: Mapping[str, Any]) -> Any:
        entry = self.orchestrator.register_service(need(params, "contract"), replace=params.get("replace", False))
        return entry.to_dict()

    def register_all(self, params: Mapping[str, Any]) -> Any:
        """Register many services by their contracts as data; gives how many there are then."""
        for contract in need(params, "contracts"):
            self.orchestrator.register_service(contract)
        return len(self.orchestrator.services())

    def remove(self, params: Mapping[str, Any]) -> Any:
        self.orchestrator.remove_service(need(params, "service_id"))
        return True

    def service(self, params: Mapping[str, Any]) -> Any:
        return self.orchestrator.service(need(params, "service_id")).to_dict()

    def services(self, params: Mapping[str, Any]) -> Any:
        items = [entry.to_dict() for entry in self.orchestrator.services()]
        return {"items": items, "total": len(items)}

    def route(self, params: Mapping[str, Any]) -> Any:
        optional = {name: params[name] for name in ("policies", "history", "seed") if params.get(name) is not None}
        return self.orchestrator.route_request(request=Request.from_dict(need(params, "request")), **optional).to_dict()

    def route_together(self, params: Mapping[str, Any]) -> Any:
        """Every request of a list at the same moment, each in a thread of its own; a result or an error for each."""
        requests = need(params, "requests")
        gate = threading.Barrier(len(requests))

        def route(request: Mapping[str, Any]) -> Any:
            gate.wait()
            return self.route(request)

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(lambda request: attempt(lambda: route(request)), requests))

    def load(self, params: Mapping[str, Any]) -> Any:
        """Have threads ask for a decision, each so many times, every time with another number in its context.

        A decision has been made once it is spelled out and signed, as its caller will read it. An interruption
        (SIGINT) ends it early, and the answer tells of what was done until then.
        """
        request, seed = Request.from_dict(need(params, "request")), params.get("seed", 0)
        rules = {name: params[name] for name in ("policies", "history") if params.get(name) is not None}

        def ask(number: int) -> None:
            another = replace(request, context={**request.context, "number": number})
            self.orchestrator.route_request(request=another, seed=seed + number, **rules).to_dict()

        burst = Burst(ask, lambda error: isinstance(error, CaioError), need(params, "threads"), need(params, "each"))
        return burst.run()

    def decision(self, params: Mapping[str, Any]) -> Any:
        return self.orchestrator.decision(need(params, "decision_id")).to_dict()

    def verify(self, params: Mapping[str, Any]) -> Any:
        contracts = params.get("contracts")
        if contracts is None:
            contracts = [entry.contract for entry in self.orchestrator.services()]
        problems = verify(need(params, "decision"), contracts, params.get("public_key") or self.orchestrator.public_key)
        return {"valid": not problems, "problems": problems}

    def probe(self, params: Mapping[str, Any]) -> Any:
        return self.orchestrator.probe(need(params, "service_id")).to_dict()

    def record_outcome(self, params: Mapping[str, Any]) -> Any:
        self.orchestrator.record_outcome(need(params, "service_id"), need(params, "ok"))
        return True

    def set_policies(self, params: Mapping[str, Any]) -> Any:
        self.orchestrator.set_policies(need(params, "policies"))
        return True

    def keys(self, params: Mapping[str, Any]) -> Any:
        return {"keys": [self.orchestrator.signer.to_dict()]}

    def call(self, message: Any) -> Any:
        """The result of one request; raises RpcError, CaioError or whatever the product raises."""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            raise RpcError(INVALID_REQUEST, "expected a JSON-RPC 2.0 request")
        method = self.methods.get(str(message.get("method")))
        if method is None:
            known = ", ".join(sorted(self.methods))
            raise RpcError(METHOD_NOT_FOUND, f"no method {message.get('method')!r}; there are {known}")
        params = message.get("params", {})
        if not isinstance(params, dict):
            raise RpcError(INVALID_PARAMS, "expected params as an object")
        return method(params)


def answer(driver: Driver, line: str) -> dict[str, Any]:
    """The reply to one line; nothing a caller sends ends the driver."""
    try:
        message = json.loads(line)
    except json.JSONDecodeError as error:
        return {"jsonrpc": "2.0", "id": None, **_error(PARSE_ERROR, f"not JSON: {error}")}
    identity = message.get("id") if isinstance(message, dict) else None
    return {"jsonrpc": "2.0", "id": identity, **attempt(lambda: driver.call(message))}


def attempt(call: Callable[[], Any]) -> dict[str, Any]:
    """What a call came to, as JSON-RPC says it: its `result`, or its `error`."""
    try:
        return {"result": call()}
    except RpcError as error:
        return _error(error.code, str(error))
    except CaioError as error:
        return _error(REFUSED, str(error), error.document())
    except Exception as error:  # noqa: BLE001 - reported to the caller with its traceback, never hidden
        return _error(INTERNAL_ERROR, f"{type(error).__name__}: {error}", {"traceback": traceback.format_exc()})


def _error(code: int, message: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **({"data": data} if data else {})}}


def main(source: TextIO = sys.stdin, sink: TextIO = sys.stdout) -> None:
    """Serves until standard input ends."""
    driver = Driver()
    _write(sink, {"jsonrpc": "2.0", "method": "ready", "params": {"version": __version__}})
    for line in source:
        if line.strip():
            _write(sink, answer(driver, line))


def _write(sink: TextIO, message: dict[str, Any]) -> None:
    sink.write(json.dumps(message) + "\n")
    sink.flush()


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)

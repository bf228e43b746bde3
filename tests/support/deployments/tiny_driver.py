"""A tiny real driver for the tests: it speaks JSON-RPC on stdin and stdout, and can misbehave when asked."""

import json
import os
import sys
import time


def say(message: dict[str, object]) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


if "TINY_FAIL" in os.environ:
    sys.exit("no module named caio")
print("a stray print of the product", flush=True)
say({"method": "ready", "params": {"version": "1.2.3"}})
for line in sys.stdin:
    call = json.loads(line)
    match call["method"]:
        case "echo":
            say({"id": call["id"], "result": call["params"]})
        case "refuse":
            data = {"type": "urn:tiny:refused", "errors": []}
            say({"id": call["id"], "error": {"code": -32000, "message": "refused", "data": data}})
        case "die":
            print("dying", file=sys.stderr, flush=True)
            os._exit(3)
        case "hang":
            time.sleep(600)
        case "count":
            counted = 0
            try:
                for counted in range(1, 601):  # noqa: B007 - it is told how far it came
                    time.sleep(0.1)
            except KeyboardInterrupt:
                say({"id": call["id"], "result": counted})

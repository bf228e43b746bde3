"""The ``sidecar`` command: gateway, explainer, courier, the OpenAPI document, and the check of the audit log."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sidecar import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: a clean end; 1: the audit log was changed; 2: a setting or file cannot be used."""
    options = parser().parse_args(arguments)
    if options.command == "gateway":
        from sidecar.gateway.server import serve

        return serve()
    if options.command == "explainer":
        from sidecar.explainer.worker import work

        return work()
    if options.command == "courier":
        from sidecar.webhooks.courier import deliver

        return deliver(options.health_port)
    if options.command == "recorder":
        from sidecar.interceptor.recorder import work as record

        return record(options.socket)
    if options.command == "openapi":
        from sidecar.gateway.document import show

        return show()
    from sidecar.audit.verify import show as verify

    return verify(options.path, options.head)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="sidecar", description="Explanations beside a chat gateway.")
    made.add_argument("--version", action="version", version=f"sidecar {__version__}")
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("gateway", help="run the HTTP API")
    commands.add_parser("explainer", help="explain queued traces until told to stop")
    courier = commands.add_parser("courier", help="deliver webhooks until told to stop")
    courier.add_argument("--health-port", type=int, help="where it answers for its health and metrics")
    recorder = commands.add_parser("recorder", help="what a gateway starts beside it: scrubs and stores chats")
    recorder.add_argument("socket", type=int, help="number of the socket to the gateway")
    commands.add_parser("openapi", help="print the OpenAPI document")
    audit = commands.add_parser("audit", help="work with the audit log").add_subparsers(dest="what", required=True)
    verify = audit.add_parser("verify", help="check that no record was removed or changed")
    verify.add_argument("--path", type=Path, help="the audit log (AUDIT_LOG_PATH)")
    verify.add_argument("--head", type=Path, help="where its end is kept (AUDIT_HEAD_PATH)")
    return made


if __name__ == "__main__":
    sys.exit(main())

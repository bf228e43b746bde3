"""The `caio` command: serve, validate a contract, verify a decision."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from caio import __version__, healthcheck
from caio.backup import command as backup
from caio.contracts import parse_contract
from caio.errors import InvalidContract
from caio.proofs import verify

HOLDS, DOES_NOT_HOLD, UNREADABLE = 0, 1, 2
_SUFFIXES = (".yaml", ".yml", ".json")


class _Unreadable(Exception):
    """A file named on the command line cannot be used; the message says which and why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: fine, 1: invalid or not verified, 2: the command or a file cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "validate":
            return _validate(options.contracts)
        if options.command == "verify":
            return _verify(options.decision, options.contracts, options.key)
    except _Unreadable as error:
        print(f"caio: {error}", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    if options.command == "healthcheck":
        return healthcheck.check()
    if options.command in backup.NAMES:
        return backup.run(options)
    # Imported here: validating and verifying need no web server.
    from caio.server import serve

    return serve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="caio", description="CAIO, the contract-based AI orchestrator.")
    parser.add_argument("--version", action="version", version=f"caio {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the HTTP API, configured by CAIO_* environment variables")
    commands.add_parser("healthcheck", help="ask the CAIO that these CAIO_* variables configure whether it is ready")
    validate = commands.add_parser("validate", help="check contracts and name every fault by field and line")
    validate.add_argument("contracts", nargs="+", type=Path, metavar="contract.yaml")
    check = commands.add_parser("verify", help="check a decision with nothing but contracts and public key")
    check.add_argument("decision", type=Path, metavar="decision.json")
    check.add_argument(
        "--contracts", nargs="+", required=True, type=Path, metavar="PATH", help="contract files, or folders of them"
    )
    check.add_argument(
        "--key", required=True, type=Path, metavar="FILE", help="public key: PEM, base64, or what /api/v1/keys answers"
    )
    backup.add_to(commands)
    return parser


def _validate(files: Sequence[Path]) -> int:
    status = HOLDS
    for file in files:
        try:
            contract = parse_contract(_read(file), "json" if file.suffix == ".json" else "yaml")
        except InvalidContract as error:
            status = DOES_NOT_HOLD
            for fault in error.errors:
                where = f"{file}:{fault.line}" if fault.line is not None else str(file)
                print(f"{where}: {fault.field}: {fault.message}", file=sys.stderr)  # noqa: T201
        else:
            print(f"{file}: {contract.service_id} {contract.version} is valid ({contract.digest})")  # noqa: T201
    return status


def _verify(decision_file: Path, paths: Sequence[Path], key_file: Path) -> int:
    try:
        decision = json.loads(_read(decision_file))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _Unreadable(f"{decision_file} is not JSON: {error}") from error
    contracts = []
    for file in _contract_files(paths):
        try:
            contracts.append(parse_contract(_read(file), "json" if file.suffix == ".json" else "yaml"))
        except InvalidContract as error:
            raise _Unreadable(f"{file}: {error}") from error
    problems = verify(decision, contracts, _key(key_file, decision))
    for problem in problems:
        print(f"not verified: {problem}", file=sys.stderr)  # noqa: T201
    if problems:
        return DOES_NOT_HOLD
    print(f"verified: {decision['decision_id']} chose {decision['service_id']} {decision['version']}")  # noqa: T201
    return HOLDS


def _contract_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        else:
            yield path


def _key(file: Path, decision: object) -> bytes:
    """The key in the file; of several, as `/api/v1/keys` lists them, the one the decision names."""
    raw = _read(file)
    if not raw.lstrip().startswith(b"{"):
        return raw
    try:
        document = json.loads(raw)
        keys = document.get("keys", [document])
        wanted = decision["signature"]["key_id"] if isinstance(decision, dict) else None
        fitting = [key["public_key"] for key in keys if key.get("key_id") == wanted] or [keys[0]["public_key"]]
        return str(fitting[0]).encode()
    except (json.JSONDecodeError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _Unreadable(f"{file} holds no public key: expected keys with key_id and public_key") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _Unreadable(f"{file} cannot be read: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())

"""`signoff key`, `signoff sign` and `signoff verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from support.acceptance import atomic, run_record
from support.base import systems
from support.history import overview
from support.signing import decide, envelope, keys, messages
from support.signing.verify import verify

CHANGED = 1

app = typer.Typer(add_completion=False)

PassphraseFile = Annotated[
    Path | None, typer.Option(help="File whose first line is the key's passphrase; default: it is asked.")
]


@app.command("key")
def key_command(
    output: Annotated[Path | None, typer.Option(help="Where the private key goes; the public one beside it.")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make the key that an owner signs with, under a passphrase."""
    path = output or keys.default_path()
    made = keys.make(path, keys.passphrase_from(passphrase_file, "A passphrase for the new key", twice=True)())
    typer.echo(f"Private key: {path} (keep it, and its passphrase, to yourself)")
    typer.echo(f"Public key:  {keys.public_path(path)} (for whoever verifies your decisions with --key)")
    typer.echo(f"Key:         {envelope.short(made.keyid)}")


@app.command("sign")
def sign_command(
    decision: Annotated[Literal["accept", "refuse"], typer.Option(help="What the owner decides on the last run.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    system: Annotated[str | None, typer.Option(help="The system decided on; default: the only one, or caio.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    waive: Annotated[
        list[str] | None, typer.Option(help='CRITERION="why, until YYYY-MM-DD": do without it until that day.')
    ] = None,
    reports: Annotated[Path | None, typer.Option(help="Folder of reports, with one below it for each system.")] = None,
    key: Annotated[Path | None, typer.Option(help="The private key; default: that of `signoff key`.")] = None,
    passphrase_file: PassphraseFile = None,
    output: Annotated[Path | None, typer.Option(help="Write a copy of the record here too.")] = None,
) -> None:
    """Sign the owner's decision on a system's last run."""
    path = key or keys.default_path()
    order = decide.Order(
        system=system,
        accept=decision == "accept",
        by=by,
        reason=reason,
        waive=tuple(waive or ()),
        reports=systems.reports(reports, system),
        key=path,
        passphrase=keys.passphrase_from(passphrase_file, f"Passphrase of {path}"),
    )
    done = decide.sign(order, run_record.now())
    overview.write(order.reports.parent)
    if output is not None:
        atomic.write(output, done.path.read_text(encoding="utf-8"))
    typer.echo(messages.signed(done, order.reports / "acceptance.html"))


@app.command("verify")
def verify_command(
    record: Annotated[Path, typer.Argument(help="The record, a file that ends in .signoff.json.")],
    report: Annotated[
        Path | None, typer.Option(help="The system's folder of reports that was signed; default: around the record.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The owner's public key.")] = None,
) -> None:
    """Check a record. Exit status 0: it holds and nothing has changed; 1: something has; 2: it cannot be checked."""
    beside = record.resolve().parent
    around = beside.parent if beside.name == envelope.FOLDER else systems.reports(None, None)
    folder = report.resolve() if report else around
    found = verify(record, folder, keys.public(key) if key else None, run_record.now())
    typer.echo(messages.verified(found))
    raise typer.Exit(CHANGED if found.changes else 0)

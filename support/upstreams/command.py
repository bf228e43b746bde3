"""`signoff upstreams`: the upstreams of the gateway features by themselves, for a gateway that runs elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from support.base.outcomes import UsageError
from support.base.upstreams import UpstreamAddress

app = typer.Typer(add_completion=False)
LONG = 10 * 365 * 24 * 3600.0


@app.command("upstreams")
def upstreams_command(
    port: Annotated[int, typer.Option(help="Port of the first; the others', and the control ports, follow.")] = 9200,
    names: Annotated[str, typer.Option(help="Their names, by commas, as the system's definition has them.")] = "a,b,c",
    key: Annotated[str | None, typer.Option(help="The key that they accept; default: one that is made up.")] = None,
) -> None:
    """Start the suite's upstreams by themselves, until Ctrl-C, so that a gateway that runs elsewhere can use them."""
    from support.base.settings import Settings
    from support.base.waiting import until
    from support.deployments.upstreams import UpstreamPair

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted or len(set(wanted)) < len(wanted):
        raise UsageError(f"--names {names!r}: give at least one name, and none twice")
    if not 0 < port <= 65_536 - 2 * len(wanted):
        raise UsageError(f"--port {port}: each upstream takes two ports, and there is no room for them behind it")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signoff-upstreams-")))
        pairs = []
        for place, name in enumerate(wanted):
            try:
                control = port + len(wanted) + place
                pair = UpstreamPair(name, Settings(), folder, key=key, port=port + place, control=control)
            except OSError as error:
                raise UsageError(f"--port {port}: {error.strerror}: the ports from it on are not free") from error
            stack.callback(pair.close)
            pair.start()
            pairs.append(pair)
        for line in told([pair.address for pair in pairs]):
            typer.echo(line)
        until(lambda: None, LONG, "Ctrl-C", poll=1.0)


def told(found: Sequence[UpstreamAddress]) -> list[str]:
    """What whoever sets up the gateway, and then runs the suite, needs to know."""
    aimed = [f"upstream {each.name}: {each.url}/v1, key {each.key}" for each in found]
    given = ",".join(f"{each.name}={each.control}" for each in found)
    return [*aimed, f"aim the gateway at them, and accept it with: -D upstreams={given}", "Ctrl-C ends them"]

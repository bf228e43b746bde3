"""The audit trail of traces: what is on record, and whether the sidecar and our own check find a change of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support.base.outcomes import Broken, NotMet
from support.base.text import ESCAPE
from support.base.waiting import until
from support.checks.basis import enough
from support.deployments import TopologyDeployment
from support.domains.sidecar import api, audit_chain, graphs, traces
from support.domains.sidecar.traces import Traces
from support.subjects import deployment, logs
from support.world.core import World

WRITTEN_WITHIN = 3.0
"""Seconds within which an act must be on record."""
KEY = "AUDIT_KEY"
DONE, REFUSED = "done", "refused"
ACTS: Mapping[str, tuple[str, ...]] = {
    "create": ("create trace",),
    "read": ("read trace",),
    "read graph": ("read graph",),
    "cancel": ("cancel trace",),
    "refused": ("read trace", "read graph", "cancel trace", "create trace"),
}
"""What somebody did, in the words of Gherkin → what the trail calls it."""


@dataclass(slots=True)
class Verified:
    """What the sidecar's own tool said of the trail: its exit status, and its words."""

    status: int | None = None
    said: str = ""


def records(world: World) -> list[dict[str, Any]]:
    """All records of the trail."""
    return logs.audit_records(world)


def about(world: World, who: str, did: str) -> list[dict[str, Any]]:
    """The records that tell of somebody's deed with the last trace, waited for a moment. Raises NotMet for none."""
    trace = world.part(Traces).last.id

    def found() -> list[dict[str, Any]]:
        mine = [each for each in records(world) if each.get("who") == who and each.get("what") in ACTS[did]]
        mine = [each for each in mine if trace in str(each.get("target"))]
        refused = did == REFUSED
        return [each for each in mine if str(each.get("outcome")).startswith(REFUSED if refused else DONE)]

    there = [(each.get("who"), each.get("what"), each.get("outcome")) for each in records(world)]
    what = f"a record that {who} did {did!r}, besides {there}"
    return until(found, WRITTEN_WITHIN, what, poll=0.1, failing=NotMet)


def act(world: World, who: str, deed: Callable[[World], object]) -> None:
    """Have a trace made that somebody then does something with."""
    traces.explain(world)
    deed(world)


def look(world: World) -> None:
    """Have its owner look at the last trace."""
    traces.await_end(world, world.part(Traces).last)


def look_at_graph(world: World) -> None:
    """Have its owner look at the graph of the last trace."""
    traces.await_status(world, world.part(Traces).last, traces.COMPLETE)
    graphs.of(world, world.part(Traces).last)


def call_in_all_ways(world: World) -> None:
    """Have callers with and without tokens do what they may and may not."""
    traces.explain(world)
    trace = world.part(Traces).last
    for who in (api.USER, api.READER, api.OTHER, "almost", None):
        for method, end in (("GET", ""), ("GET", "/graph"), ("POST", "/cancel")):
            api.act(world, who, method, "traces", f"/{trace.id}{end}")
        api.act(world, who, "POST", "chat", json=api.body_of("May I?"), headers=api.asking("sentence"))
    world.exchanges.append(
        world.http.get(f"{world.endpoint('traces')}/{trace.id}", token="a-token-that-nobody-was-given")
    )


def show_token_everywhere(world: World) -> None:
    """Have a user show the own token in the address, in the prompt, in the model's name and in a header."""
    token = world.system.token(api.USER)
    below = f"?token={token}&authorization=Bearer%20{token}"
    traces.explain(world, f"My token is {token}.", headers={"X-Api-Key": token, "Cookie": token}, below=below)
    traces.await_end(world, world.part(Traces).last)
    api.act(world, api.USER, "GET", "traces", f"/{token}")


def fill(world: World, least: int) -> None:
    """Have things done until the trail has so many records."""

    def enough_records() -> bool:
        traces.explain(world)
        traces.await_end(world, world.part(Traces).last)
        return len(records(world)) >= least

    until(enough_records, world.settings.timeouts.settle, f"{least} records in the audit trail")


def lines(world: World) -> list[str]:
    """The lines of the trail."""
    return deployment.files(world)["audit"].read_text(encoding="utf-8").splitlines()


def tamper(world: World, how: str) -> None:
    """Do something to a copy of the trail and of its kept end, and have the sidecar's own tool look at it."""
    before = enough(lines(world), "records in the audit trail", 5)
    changed = audit_chain.TAMPERINGS[how](before)
    if changed == before:
        raise Broken(f"the audit trail is as before, although somebody {how}")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audit.log"
        path.write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")
        head = deployment.files(world)["audit_head"].read_bytes()
        path.with_name(f"{path.name}.head").write_bytes(head)
        verify(world, path)


def verify(world: World, path: Path | None = None) -> Verified:
    """Have the sidecar's own tool look at the trail, or at a copy."""
    command = world.system.command("verify", {})
    given = {name: value for name, value in _environment(world).items() if value is not None}
    done = subprocess.run(
        [*command, "--path", str(path or deployment.files(world)["audit"])],
        env={**os.environ, **given},
        capture_output=True,
        encoding="utf-8",
        errors=ESCAPE,
        timeout=30,
        check=False,
    )
    found = world.part(Verified)
    found.status, found.said = done.returncode, f"{done.stdout}{done.stderr}".strip()
    world.show("what the tool says of the audit trail", f"exit status {found.status}\n{found.said}")
    return found


def wrong_in_trail(world: World) -> list[str]:
    """What is wrong with the trail by our own check."""
    head = json.loads(deployment.files(world)["audit_head"].read_text(encoding="utf-8"))
    key = str(_environment(world)[KEY]).encode()
    return audit_chain.wrong_in(enough(lines(world), "records in the audit trail"), head, key)


def _environment(world: World) -> Mapping[str, str | None]:
    if not isinstance(world.deployment, TopologyDeployment):
        raise Broken(f"the settings of a {world.deployment.kind} deployment are not known")
    return world.deployment.environment

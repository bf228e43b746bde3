"""What became of all traces after a fault: none lost, none stuck, none with two ends, each explained once."""

from __future__ import annotations

from support.base.waiting import let_pass
from support.checks.basis import enough
from support.checks.shapes import Object, read
from support.domains.sidecar import api, graphs, traces
from support.domains.sidecar.traces import Traces
from support.world.core import World


def failed_silently(world: World) -> list[str]:
    """The failed traces that give no reason, or of which a graph is delivered."""
    failed = [each for each in world.part(Traces).made if traces.await_end(world, each) == traces.FAILED]
    found = []
    for trace in enough(failed, "traces that failed"):
        if not str(world.part(Traces).told[trace.id].get("reason") or "").strip():
            found.append(f"{trace.id} gives no reason")
        found += graphs.delivered(world, trace)
    return found


def lost_or_changed(world: World) -> list[str]:
    """The traces that have no end, or another one a while later, or that cannot be found."""
    ends = {each.id: traces.await_end(world, each) for each in enough(world.part(Traces).made, "traces")}
    let_pass(traces.STAYS, "what might still be done a second time is done by then")
    later = {each.id: traces.look(world, each) for each in world.part(Traces).made}
    changed = [f"{trace}: {end}, and later {later[trace]}" for trace, end in ends.items() if later[trace] != end]
    return changed + [f"{trace}: {wrong}" for trace, wrong in traces.gone_backwards(world).items()]


def explained_otherwise(world: World) -> list[str]:
    """The traces whose graph is invalid, or is another one a while later."""
    first = {each.id: graphs.of(world, each) for each in enough(world.part(Traces).made, "traces")}
    found = [f"{trace}: {wrong}" for trace, graph in first.items() for wrong in graphs.wrong_in(graph, graphs.VERSION)]
    let_pass(traces.STAYS, "what might still be done a second time is done by then")
    for trace in world.part(Traces).made:
        if read(api.done(graphs.ask(world, trace)), Object) != first[trace.id]:
            found.append(f"{trace.id}: its graph is another now")
    return found

"""Looks at everything that a run may need of its machine, in the order in which it needs it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from support.doctor import containers, dependants, machine
from support.doctor.offer import Offer


def offers(reports: Path) -> list[Offer]:
    """What this machine offers to a run whose reports go to this folder."""
    needing = dependants.count()
    in_containers, in_browsers = (dependants.not_verified(needing, name) for name in ("containers", "browser"))
    return [
        machine.python(),
        machine.report_generator(),
        machine.room("room for reports", reports, machine.ROOM, "a run cannot be kept"),
        machine.memory(),
        machine.open_files(),
        machine.browser(in_browsers),
        *containers.checks(in_containers),
        machine.network_faults("scenarios in which a container's network fails are not verified"),
    ]


def as_json(found: Sequence[Offer]) -> str:
    """The offers for programs: a list of objects with name, present, says, without, get."""
    return json.dumps([asdict(offer) for offer in found], indent=2)

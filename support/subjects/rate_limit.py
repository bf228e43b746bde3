"""Callers over their limit, who are told how long to wait."""

from __future__ import annotations

import re

from support.base.outcomes import Broken, NotMet
from support.base.waiting import let_pass
from support.http import Exchange
from support.subjects import auth
from support.world.core import World

LONGEST_WAIT = 60
"""Seconds that a caller may be told to wait; limits in scenarios are per minute at most, so that none waits longer."""


def wait_as_told(world: World) -> None:
    """Wait for as long as the last answer says. Raises NotMet if it does not say so in whole seconds, or too many."""
    told = world.exchange.headers.get("Retry-After", "")
    if not re.fullmatch(r"[0-9]{1,9}", told):
        raise NotMet(f"expected the answer to say in Retry-After how many seconds to wait, but it said {told!r}")
    if int(told) > LONGEST_WAIT:
        raise NotMet(f"expected to be told to wait for at most {LONGEST_WAIT} s, but the answer said {told} s")
    let_pass(int(told), "the caller was told to wait so long")


def repeat_last(world: World) -> Exchange:
    """Have the last caller try the same again. Raises Broken where nobody has tried anything."""
    action = world.part(auth.Callers).action
    if action is None:
        raise Broken("nobody has tried anything yet that could be tried again")
    return auth.attempt(world, auth.last_caller(world).says, action)

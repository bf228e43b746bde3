"""`signoff accept --system all`: each system in turn, and the verdicts side by side at the end."""

from __future__ import annotations

from rich.console import Console

from support.base import systems
from support.base.outcomes import UsageError
from support.run.accept import INTERRUPTED, carry_out
from support.run.orders import Asked

NOT_RUN = 2
"""Exit status of a system whose run could not begin."""
OF_ONE = {"url": "--url", "definition": "--definition"}
"""Settings that fit one system only, and the option that each is given by."""


def accept_all(asked: Asked, console: Console) -> int:
    """Accept every system of the project but those that are installed from a registry. Returns the worst exit status.

    Raises UsageError for what fits one system only, and when there is no system. A system whose run cannot begin keeps
    no other from being tried.
    """
    unfit = [option for name, option in OF_ONE.items() if name in asked.given]
    unfit += ["features"] if asked.paths else []
    if unfit:
        raise UsageError(
            f"--system all runs every system, and {' and '.join(unfit)} can only be about one: name that one"
        )
    names = [name for name in systems.names() if not systems.is_installed(name)]
    if not names:
        raise UsageError(f"there is no system to accept in {systems.SYSTEMS}; `signoff new` begins one")
    lines, worst = [], 0
    for name in names:
        console.print(f"\n{name}\n{'=' * len(name)}", highlight=False)
        try:
            ended = carry_out(asked.order(name), console)
            status, line = ended.status, ended.line or f"{name}: INTERRUPTED"
        except UsageError as error:
            status, line = NOT_RUN, f"{name}: NOT RUN, {error}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        lines.append(line)
        worst = max(worst, status)
        if status == INTERRUPTED:
            break
    console.print("\nAll systems:" if len(lines) == len(names) else "\nOf the systems that had their turn:")
    for line in lines:
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    return worst

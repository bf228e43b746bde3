"""The change-management policy: the decision records and the freeze that it names, and whether these are there."""

from __future__ import annotations

import re
from pathlib import Path

from support.checks.basis import enough
from support.domains.sidecar.platform import files
from support.world.core import World

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_RECORD = re.compile(r"\badr\b", re.IGNORECASE)
_FREEZE = re.compile(r"\bfreez|\bfrozen\b", re.IGNORECASE)
_STATUS = re.compile(r"^\W*status\W+(\w+)", re.IGNORECASE | re.MULTILINE)
STATUSES = ("proposed", "accepted", "rejected", "deprecated", "superseded")


def unnamed(world: World) -> list[str]:
    """What the policy does not speak of: decision records, the freeze, and the frozen document by its name."""
    text, frozen = files.text(world, "change_management"), files.path(world, "frozen_api")
    wanted = {"architecture decision records (ADR)": _RECORD, "the freeze": _FREEZE, frozen.name: re.compile(re.escape(frozen.name))}  # fmt: skip # noqa: E501
    return [what for what, pattern in wanted.items() if not pattern.search(text)]


def unusable_records(world: World) -> list[str]:
    """The decision records that the policy links and that are not there, say nothing, or have no known status."""
    here = files.path(world, "change_management").parent
    linked = [
        link for link in _LINK.findall(files.text(world, "change_management")) if _RECORD.search(Path(link).parts[0])
    ]
    return [f"{link}: {why}" for link in enough(linked, "linked decision records") if (why := _wrong(here / link))]


def unlinked_records(world: World) -> list[str]:
    """The decision records beside the policy that it does not name."""
    path, text = files.path(world, "change_management"), files.text(world, "change_management")
    records = sorted(path.parent.glob("adr/*.md"))
    return [each.name for each in enough(records, "decision records") if each.name not in text]


def _wrong(path: Path) -> str:
    if not path.is_file():
        return "there is no such file"
    text = path.read_text(encoding="utf-8")
    status = _STATUS.search(text)
    if status is None or status[1].lower() not in STATUSES:
        return f"it has no status of {', '.join(STATUSES)}"
    return "" if len(text.split()) > 20 else "it says nothing"

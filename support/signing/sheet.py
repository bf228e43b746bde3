"""The decision on the acceptance page.

The page is made with empty slots, ``<!--[name]--><!--[/]-->``, one for the decision and one wherever a criterion's
waiver is marked. Signing fills them and changes nothing else: what is left when they are emptied again is the page as
it was judged. The statement holds the digest of the page with the decision on it, so that no later version needs to
make the same page again in order to check it.

No text of a run can open or close a slot, as the page escapes whatever comes from one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import jinja2
from markupsafe import Markup

from support.acceptance import words
from support.base.outcomes import UsageError
from support.signing import envelope, subjects
from support.signing.statement import Predicate
from support.signing.waivers import Waiver

TEMPLATES = Path(__file__).parent / "templates"
DECISION, SHEET = "decision", "decided"
_SLOT = re.compile(rb"<!--\[([\w-]+)\]-->.*?<!--\[/\]-->", re.DOTALL)
_DECIDED = Markup("<p><strong>{} by {}</strong> on {}, signed with the key {}.</p>")
_WAIVED = Markup('<span class="waived"><strong>Waived</strong> until {}: {}</span>')


def bare(page: bytes) -> bytes:
    """The page as it was judged, with every slot empty."""
    return fill(page, {})


def fill(page: bytes, slots: Mapping[str, str]) -> bytes:
    """The page with these slots filled, and the others empty."""
    content = {name.encode(): text.encode() for name, text in slots.items()}
    return _SLOT.sub(lambda slot: b"<!--[%b]-->%b<!--[/]-->" % (slot[1], content.get(slot[1], b"")), page)


def keep_signed(reports: Path) -> None:
    """Raise UsageError if the page shows a decision: what was signed must not be made anew."""
    page = reports / subjects.PAGE
    found = _SLOT.search(page.read_bytes()) if page.is_file() else None
    if found is not None and len(found[0]) > len(fill(found[0], {})):
        raise UsageError(
            f"{page} shows a decision that was signed, and `signoff verify` would find it changed; "
            "to make the reports again all the same, remove that page first"
        )


def slots(predicate: Predicate, record: str) -> dict[str, str]:
    """What a decision puts where. ``record`` is how a reader finds the record."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    decision = environment.get_template("decision.html.j2").render(
        predicate=predicate, words=words, day=day, key=envelope.short(predicate.key.id), record=record
    )
    decided = _DECIDED.format(
        "Accepted" if predicate.decision == "accept" else "Refused",
        predicate.by,
        words.moment(predicate.when),
        envelope.short(predicate.key.id),
    )
    return {
        DECISION: decision,
        SHEET: str(decided),
        **{waiver.criterion: _mark(waiver) for waiver in predicate.waivers},
    }


def day(when: date) -> str:
    """``31 December 2026``, the same in every locale."""
    return f"{when.day} {words.MONTHS[when.month - 1]} {when.year}"


def _mark(waiver: Waiver) -> str:
    return str(_WAIVED.format(day(waiver.until), waiver.reason))

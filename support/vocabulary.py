"""The words that sentences share: systems, callers, reasons, values; each as a type of behave's step patterns."""

from __future__ import annotations

import re

import parse
from behave import register_type

from support import systems
from support.actions import agreeing, callers, damages, mishaps, rollouts, securing
from support.interfaces.contracts import COLUMNS
from support.interfaces.reasons import REASONS
from support.interfaces.requests import TERMS


def _one_of(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


@parse.with_pattern(_one_of([system.says for system in systems.all_systems()]))
def system_name(text: str) -> str:
    """A system, by the name that its definition says Gherkin calls it."""
    return text


@parse.with_pattern(r"an? (?:admin|user|service|caller)(?: (?:who|with|without)(?: [a-z0-9]+)+?)?")
def caller_name(text: str) -> str:
    """Somebody who calls: "an admin", "a caller with an unknown token"."""
    return text


@parse.with_pattern(r'(?:register|replace|remove) a service|list the services|ask for "[^"]*"')
def action_name(text: str) -> str:
    """Something that a caller may try to do."""
    return text


@parse.with_pattern(_one_of(list(REASONS)))
def reason_name(text: str) -> str:
    """A reason for which a service is refused."""
    return text


@parse.with_pattern(r'[^"]*')
def words(text: str) -> str:
    """What stands between two quotation marks."""
    return text


@parse.with_pattern(r'missing|-?\d+(?:\.\d+)?|true|false|\[\]|"[^"]*"')
def literal(text: str) -> str:
    """A value as YAML writes it, or "missing"."""
    return text


@parse.with_pattern(_one_of(list(damages.DAMAGES)))
def damage_name(text: str) -> str:
    """Something that may happen to a system's files."""
    return text


@parse.with_pattern(_one_of(list(mishaps.MISHAPS)))
def mishap_name(text: str) -> str:
    """Something that may befall a service's container."""
    return text


@parse.with_pattern(_one_of(list(securing.CERTIFICATES)))
def certificate_name(text: str) -> str:
    """A certificate that a system may be given."""
    return text


@parse.with_pattern(_one_of(list(rollouts.SICK)))
def sickness_name(text: str) -> str:
    """What may be wrong with a new version of a system."""
    return text


@parse.with_pattern(_one_of(list(agreeing.STAGES)))
def stage_name(text: str) -> str:
    """A stage of decisions, in the plural."""
    return text


WORDS: dict[str, list[str]] = {
    "System": [system.says for system in systems.all_systems()],
    "Caller": ["an admin", "a user", "a service", *callers.SHAPES],
    "Action": ["list the services", "register a service", "replace a service", "remove a service", 'ask for "chat"'],
    "Reason": list(REASONS),
    "Damage": list(damages.DAMAGES),
    "Mishap": list(mishaps.MISHAPS),
    "Certificate": list(securing.CERTIFICATES),
    "Sickness": list(rollouts.SICK),
    "Stage": list(agreeing.STAGES),
    "term (in a table)": list(TERMS),
    "service (column of a table)": ["service", "offers", "idempotent", *COLUMNS],
}
"""The words that sentences and tables know, by the type they belong to; ``signoff vocabulary`` lists them."""

TYPES = {
    "System": system_name,
    "Caller": caller_name,
    "Action": action_name,
    "Reason": reason_name,
    "Literal": literal,
    "Damage": damage_name,
    "Mishap": mishap_name,
    "Certificate": certificate_name,
    "Sickness": sickness_name,
    "Stage": stage_name,
    "Words": words,
}


def register() -> None:
    """Make the types known to behave; a file of steps that uses one calls this first."""
    register_type(**TYPES)

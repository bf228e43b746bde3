"""Finds card numbers, phone numbers, and national ids, which need a word beside them that says what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import phonenumbers
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.us import ssn

from sidecar.pii.found import Found

CARD = re.compile(r"(?<![\d.-])(?:\d[ -]?){12,18}\d(?![\d-]|\.\d)")
CARD_STARTS = re.compile(
    r"(?:4|5[1-5]|2(?:2[2-9]|[3-6]\d|7[01]|720)|3[47]|3(?:0[0-5]|[68])|6(?:011|4[4-9]|5)|35|62|5[06-8])"
)
"""Beginnings of the numbers that card networks give out."""

ANNOUNCING = (
    *("ssn", "social security", r"sozialversicherung\w*", r"steuer-?id\w*", "steuernummer", r"tax id\w*", "tin"),
    *(r"national id\w*", "national identity", "identity (?:card|number|no)", "id (?:card|number|no)", "passport"),
    *(r"personalausweis\w*", r"ausweis\w*", "dni", "nie", "nif", "nir", "insee"),
    *("num[eé]ro de s[eé]curit[eé] sociale", "nhs", "aadhaar", "aadhar", "pesel", "bsn", "burgerservicenummer"),
    *("codice fiscale", "cpf", "sin", "social insurance"),
)
ID_WORDS = re.compile(rf"(?i)\b(?:{'|'.join(ANNOUNCING)})\b")
ID_WINDOW = 72
"""Characters behind such a word in which the number is looked for."""

MOST_WORDS = 6
"""Of a number that is written in groups."""

WORD = re.compile(r"[^\s,;:()\"']+")
ANNOUNCED = re.compile(r"\d{3}-?\d{2}-?\d{4}|[A-Z]{0,2}\d{6,9}")
"""Shapes that are taken for an id without a check digit: social security and passport numbers."""

IDS: tuple[Callable[[str], bool], ...] = tuple(
    module.is_valid for module in (ssn, idnr, dni, nie, nir, nhs, aadhaar, codicefiscale, bsn, pesel, cpf, sin)
)

IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?!\w)")

PHONE_LIKE = re.compile(r"(?<![\w./#-])\+?\(?\d(?:[\s()./-]{0,3}\d){6,17}(?!\w)")
CALLING = (
    *("phone", "tel", "telephone", "telefon", "mobile", "cell", "handy", "call", "ring", "text", "fax", "whatsapp"),
    *("sms", "dial", "reach (?:me|him|her|us)", "number is"),
)
PHONE_BEFORE = re.compile(rf"(?i)\b(?:{'|'.join(CALLING)})\b[^\d\n]{{0,24}}$")
FULL_LENGTH = 10
"""Digits of a number that is taken for one without a word before it."""

COUNTING = (
    *("order", "invoice", "ticket", "issue", "case", "bug", "version", "release", "build", "serial", "part", "sku"),
    *("article", "item", "isbn", "pin", "port", "account", "reference", "ref", "tracking", "customer", "commit"),
    *("page", "year", "number of"),
)
NO_PHONE_BEFORE = re.compile(
    rf"(?i)\b(?:{'|'.join(COUNTING)})(?:[ -]?(?:number|no\.?|nr\.?|id|code))?\s*(?:is|was|of)?\s*[:#=]?\s*#?\s*$"
)
DATE_OR_IP = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\D.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:\d{1,3}\.){3}\d{1,3}")


def cards(text: str) -> Iterator[Found]:
    """Card numbers by length, beginning and check digit."""
    for match in CARD.finditer(text):
        digits = re.sub("[ -]", "", match[0])
        if 13 <= len(digits) <= 19 and CARD_STARTS.match(digits) and luhn.is_valid(digits) and len(set(digits)) > 1:
            yield Found("card", *match.span())


def national_ids(text: str) -> Iterator[Found]:
    """Bank accounts, and ids of persons behind a word that announces one."""
    for match in IBAN.finditer(text):
        if iban.is_valid(match[0]):
            yield Found("id", *match.span())
    seen = 0
    for announced in ID_WORDS.finditer(text):
        found = id_behind(text, max(announced.end(), seen), announced[0].lower())
        if found is not None:
            seen = found.end
            yield found


def id_behind(text: str, start: int, announced: str) -> Found | None:
    """The first id behind such a word."""
    words = list(WORD.finditer(text, start, start + ID_WINDOW))
    for first in range(len(words)):
        for last in range(min(len(words), first + MOST_WORDS), first, -1):
            span = words[first].start(), words[last - 1].end()
            shape = text[slice(*span)].rstrip(".!?")
            if sum(each.isdigit() for each in shape) >= 6 and is_id(shape, announced):
                return Found("id", span[0], span[0] + len(shape))
    return None


def is_id(shape: str, announced: str) -> bool:
    """Whether it is the id of a person: by check digit, or by what announced it."""
    if announced in ("ssn", "social security", "passport") and ANNOUNCED.fullmatch(shape):
        return True
    return any(is_valid(shape) for is_valid in IDS)


def phones(text: str) -> Iterator[Found]:
    """Phone numbers that exist in the numbering plan of a country."""
    for match in PHONE_LIKE.finditer(text):
        run = match[0]
        before = text[max(0, match.start() - 40) : match.start()]
        if DATE_OR_IP.fullmatch(run) or sum(each.isdigit() for each in run) > 15:
            continue
        international = run.startswith(("+", "00"))
        if not international and NO_PHONE_BEFORE.search(before):
            continue
        if any(is_dialled(run, region) for region in regions_of(run, international, before)):
            yield Found("phone", *match.span())


def regions_of(run: str, international: bool, before: str) -> tuple[str | None, ...]:
    """Where a number may be from, going by how it is written and what stands before it."""
    if international:
        return (None,)
    digits = re.sub(r"\D", "", run)
    announced = PHONE_BEFORE.search(before) is not None
    if digits.startswith("0"):
        return ("GB", "DE", "FR") if announced or len(digits) >= FULL_LENGTH else ()
    if announced:
        return ("US", "ES", "IN")
    return ("US",) if len(digits) >= FULL_LENGTH else ()


def is_dialled(run: str, region: str | None) -> bool:
    """Whether a run of digits is a number that can be dialled."""
    number = "+" + run[2:] if run.startswith("00") else run
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False

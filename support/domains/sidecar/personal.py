"""Personal data made for one scenario, valid and met nowhere else, and what only looks like it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A text for a chat, and the part of it that may, or must, be found in no copy."""

    text: str
    value: str


Make = Callable[[random.Random], Sample]


def luhn(digits: str) -> str:
    """Digits with the check digit of payment cards (ISO/IEC 7812) behind them."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return digits + str(-sum(each - 9 if each > 9 else each for each in doubled) % 10)


def iban(country: str, account: str) -> str:
    """An account number with its check digits (ISO 13616)."""
    rearranged = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    return f"{country}{98 - int(rearranged) % 97:02d}{account}"


def _digits(source: random.Random, count: int) -> str:
    return "".join(str(source.randrange(10)) for _ in range(count))


def _email(source: random.Random) -> Sample:
    value = f"jane.{source.getrandbits(40):x}@example.org"
    return Sample(f"Please write to {value} about the invoice.", value)


def _telephone(source: random.Random) -> Sample:
    value = f"+493023125{_digits(source, 3)}"
    return Sample(f"Please call {value} tomorrow.", value)


def _spaced_telephone(source: random.Random) -> Sample:
    value = f"+49 30 23125 {_digits(source, 3)}"
    return Sample(f"Please call {value} tomorrow.", value)


def _card(source: random.Random) -> Sample:
    value = luhn(f"411111{_digits(source, 9)}")
    return Sample(f"Charge my card {value} please.", value)


def _spaced_card(source: random.Random) -> Sample:
    digits = luhn(f"411111{_digits(source, 9)}")
    value = " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return Sample(f"Charge my card {value} please.", value)


def _national_id(source: random.Random) -> Sample:
    value = f"{source.randrange(100, 665)}-{source.randrange(10, 99)}-{source.randrange(1000, 9999)}"
    return Sample(f"My social security number is {value} by the way.", value)


def _ip(source: random.Random) -> Sample:
    value = f"93.{source.randrange(100, 250)}.{source.randrange(100, 250)}.{source.randrange(100, 250)}"
    return Sample(f"I am writing from {value} right now.", value)


def _ipv6(source: random.Random) -> Sample:
    value = "2001:db8:" + ":".join(f"{source.randrange(0x1000, 0xFFFF):x}" for _ in range(6))
    return Sample(f"I am writing from {value} right now.", value)


def _account(source: random.Random) -> Sample:
    value = iban("DE", _digits(source, 18))
    return Sample(f"Please pay to my IBAN {value} soon.", value)


PERSONAL: Mapping[str, Make] = {
    "an e-mail address": _email,
    "a telephone number": _telephone,
    "a telephone number with spaces": _spaced_telephone,
    "a card number": _card,
    "a card number with spaces": _spaced_card,
    "a national id": _national_id,
    "an IP address": _ip,
    "an IPv6 address": _ipv6,
    "an account number": _account,
}
"""Personal data, in the words of Gherkin → how some is made."""


def _order(source: random.Random) -> Sample:
    value = f"ORD-2026-{_digits(source, 5)}"
    return Sample(f"Where is my order {value} now?", value)


def _version(source: random.Random) -> Sample:
    value = f"10.2.{source.randrange(1, 20)}.{source.randrange(1, 20)}"
    return Sample(f"Is version {value} of the driver still supported?", value)


def _link(source: random.Random) -> Sample:
    value = f"http://192.168.{source.randrange(1, 250)}.{source.randrange(1, 250)}/status"
    return Sample(f"The monitor shows {value} in red.", value)


def _many_digits(source: random.Random) -> Sample:
    right = luhn(f"411111{_digits(source, 9)}")
    value = right[:-1] + str((int(right[-1]) + 3) % 10)
    return Sample(f"The sum of all bytes was {value} yesterday.", value)


def _moment(source: random.Random) -> Sample:
    value = f"2026-11-{source.randrange(10, 28)} 14:{source.randrange(10, 59)}:{source.randrange(10, 59)}"
    return Sample(f"The pump stopped on {value} and never started again.", value)


LOOKS_PERSONAL: Mapping[str, Make] = {
    "the number of an order": _order,
    "the number of a version": _version,
    "an IP address as part of a link": _link,
    "a number of many digits": _many_digits,
    "a date and a time": _moment,
}
"""What only looks personal, in the words of Gherkin → how some is made."""


def person(source: random.Random) -> str:
    """A name that is met nowhere else."""
    letters = "".join(source.choice("abcdefghijklmnop") for _ in range(10))
    return f"Jacqueline {letters.capitalize()}"

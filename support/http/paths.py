"""Paths that are made from names: a name stays one segment, whatever letters it is made of."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from support.base.outcomes import NotMet, UsageError

_DOTS = (".", "..")


def segment(name: str) -> str:
    """A name as one segment of a path. Raises NotMet for one that no address can carry.

    Clients and servers take ``.`` and ``..`` out of paths, escaped or not (RFC 3986, 5.2.4 and 6.2.2.2); an empty
    segment is the list itself; and halves of characters have no encoding. A target that accepts or gives such a name
    has made something that cannot be asked for.
    """
    try:
        quoted = quote(name, safe="")
    except UnicodeEncodeError as error:
        raise NotMet(f"expected a name that an address can carry, but it is {name!r}: {error.reason}") from error
    if not name or name in _DOTS:
        raise NotMet(f"expected a name that an address can carry, but it is {name!r}, which clients take out of paths")
    return quoted


def query_value(text: str) -> str:
    """A text as a value in a query. Raises NotMet for one that no address can carry."""
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise NotMet(f"expected a text that an address can carry, but it is {text!r}: {error.reason}") from error


def check(path: str) -> None:
    """Raises UsageError for a path that would be sent as another, or to another host."""
    if not path.startswith("/") or path.startswith("//") or re.search(r"[\\\s\x00-\x1f]", path):
        raise UsageError(f"{path!r} is no path: it begins with one slash, and has no blanks and no backslashes")
    if any(unquote(part) in _DOTS for part in urlsplit(path).path.split("/")):
        raise UsageError(f"{path!r} would be sent as another path, without its dots; nothing was sent")

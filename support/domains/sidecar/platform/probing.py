"""Calls of every operation of the API's document, as described and without its version."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from support.checks.basis import enough
from support.domains.sidecar.platform import api_documents
from support.http import Exchange
from support.world.core import World

ABSENT = (404, 405, 501)
"""Statuses by which a service says that there is no such path, or no such method of it."""
_PLACE = re.compile(r"\{[^}]*\}")
NOBODY = "0" * 32
"""An id that nothing has."""


@dataclass(slots=True)
class Probes:
    """The answer to each operation that was tried, by its title."""

    answers: dict[str, Exchange] = field(default_factory=dict)

    def there(self) -> list[str]:
        """The operations that the service has, by their answers."""
        tried = enough(self.answers, "operations that were tried")
        return [f"{title}: {answer}" for title, answer in tried.items() if answer.status not in ABSENT]

    def absent(self) -> list[str]:
        """The operations that the service does not have, or to which it gave no answer."""
        tried = enough(self.answers, "operations that were tried")
        return [f"{title}: {answer}" for title, answer in tried.items() if answer.status in (None, *ABSENT)]


def try_each(world: World, versioned: bool) -> None:
    """Call each operation without a token, at its path or at this path without the version."""
    for each in api_documents.operations(api_documents.served(world)):
        path = _PLACE.sub(NOBODY, each.path)
        called = path if versioned else "/" + path.removeprefix(api_documents.VERSION).lstrip("/")
        world.part(Probes).answers[each.title] = world.http.request(each.method.upper(), called)

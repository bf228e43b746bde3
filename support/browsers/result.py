"""What a page asked its browser for, and what its script was given: the record that steps judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

POLICY = "blocked by CORS policy"
"""How the browser says on its console that an answer, or the permission to ask, was withheld from the page."""


@dataclass(frozen=True, slots=True)
class Call:
    """One ``fetch()`` of a page. With a header or a type beyond the simple ones the browser asks permission first."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True, slots=True)
class BrowserResult:
    """What came of it for the page's script: an answer (``status``, ``headers``, ``body``) or an ``error``."""

    origin: str
    call: Call
    status: int | None
    headers: Mapping[str, str]
    body: str
    error: str
    console: tuple[str, ...]
    picture: bytes

    @property
    def given(self) -> bool:
        """Whether the page's script was given the answer."""
        return self.status is not None and not self.error

    @property
    def withheld(self) -> bool:
        """Whether the browser kept it from the page because of its origin; no answer at all is something else."""
        return not self.given and any(POLICY in line for line in self.console)

    def describe(self) -> str:
        """The call and what became of it as text, for the evidence."""
        asked = "\n".join(f"{name}: {value}" for name, value in self.call.headers.items())
        heard = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        answer = f"the script was given: {self.status}\n{heard}\n\n{self.body}" if self.given else self.error
        said = "\n".join(self.console) or "(nothing)"
        return (
            f"a page of {self.origin}\nfetch {self.call.method} {self.call.url}\n{asked}\n\n{self.call.body or ''}\n\n"
            f"{answer}\n\nthe browser's console:\n{said}"
        )

"""What a definition declares of requests, their answers, and the metrics that count them.

``{number}`` in a request and in its expected answer stands for a number that no other request has: an answer that
contains it belongs to this request and to no other::

    requests:
      ask for a chat:
        method: POST
        endpoint: chat
        body: {messages: [{role: user, content: "number {number}"}]}
        answer: {status: 200, contains: ["number {number}"]}
        answered_by: {json: system_fingerprint}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

NUMBER = "{number}"
"""Stands for the number of the request."""
ASK_FOR = "ask for "
"""Begins the name of a request that sentences may also call by what is asked for."""

Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedAnswer(_Part):
    """The right answer: its status, any 2xx if none is given, and texts that its body contains."""

    status: int | None = Field(None, ge=100, le=599)
    contains: list[Text] = Field(default_factory=list)

    @property
    def statuses(self) -> tuple[int, int]:
        """The first and the last status that are right."""
        return (200, 299) if self.status is None else (self.status, self.status)


class AnsweredBy(_Part):
    """Where an answer names the companion that gave it: a field of its JSON body, by path, or a header."""

    json_path: Text | None = Field(None, alias="json")
    header: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.json_path is None) == (self.header is None):
            raise ValueError("give either json, the path of a field, or header")
        return self


class Request(_Part):
    """What a caller may send, by the name that Gherkin uses: to an endpoint, or a path below it.

    ``body`` is sent as JSON, ``text`` as it stands, with the headers given; at most one of the two.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    endpoint: Name
    below: str = Field("", pattern=r"^(|[/?].+)$")
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    text: str | None = None
    answer: ExpectedAnswer = Field(default_factory=ExpectedAnswer)
    answered_by: AnsweredBy | None = None

    @property
    def content(self) -> str | None:
        """The body as it is sent, with its marks; None without one."""
        return json.dumps(self.body) if self.body is not None else self.text

    @property
    def all_headers(self) -> dict[str, str]:
        """Its headers, with the content type of a JSON body unless another is given."""
        is_typed = self.body is None or any(name.lower() == "content-type" for name in self.headers)
        return self.headers if is_typed else {"Content-Type": "application/json", **self.headers}

    @property
    def is_numbered(self) -> bool:
        """Whether something of it has a number of its own."""
        return NUMBER in f"{self.below} {self.content}"

    def mistakes(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What contradicts itself, by field."""
        if self.body is not None and self.text is not None:
            yield ("text",), "body is given too, and only one of them can be sent"
        for index, text in enumerate(self.answer.contains):
            if NUMBER in text and not self.is_numbered:
                yield ("answer", "contains", index), f"the request has no {NUMBER}, so no answer can contain it"


class MetricLabels(_Part):
    """The names of the labels by which a metric tells requests apart."""

    endpoint: Text | None = None
    status: Text | None = None


class Metric(_Part):
    """A metric: its name, the names of its labels, and what these show in place of some paths and statuses."""

    name: Text
    labels: MetricLabels = Field(default_factory=MetricLabels)
    paths: dict[str, str] = Field(default_factory=dict)
    statuses: dict[str, str] = Field(default_factory=dict)

    def shown(self, status: int) -> str:
        """What its status label shows for an HTTP status."""
        return self.statuses.get(str(status), str(status))


def _name_alone(given: object) -> object:
    return {"name": given} if isinstance(given, str) else given


DeclaredMetric = Annotated[Metric, BeforeValidator(_name_alone)]
"""A plain text is the name alone."""


def sought(name: str, known: Iterable[str]) -> str:
    """The request that a name means: "a chat" is short for "ask for a chat", unless there is one of just that name."""
    return f"{ASK_FOR}{name}" if name not in known and f"{ASK_FOR}{name}" in known else name

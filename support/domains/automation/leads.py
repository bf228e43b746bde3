"""Leads: created from any fields, read back, listed page by page, changed and counted; and what bad input leaves."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from support.base.outcomes import Broken, NotMet
from support.checks import shapes
from support.checks.basis import enough
from support.domains.automation import api
from support.http import Exchange
from support.world.core import World, last

NO_FIELDS = "no fields"
MOST_PAGES = 60
"""Pages of one list: a list that goes on has no end."""
DEEPLY = "nested"


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead that the API acknowledged: its id, and the fields that its creator sent."""

    id: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Leads:
    """The leads of a scenario, the pages that were listed last, and how many there were."""

    created: list[Lead] = field(default_factory=list)
    foreign: list[Lead] = field(default_factory=list)
    pages: list[list[shapes.Object]] = field(default_factory=list)
    counted: int = -1

    @property
    def last(self) -> Lead:
        """The last lead. Raises Broken before there is one."""
        return last(self.created, "no lead has been created yet")

    @property
    def listed(self) -> list[shapes.Object]:
        """All entries of the pages, in order."""
        return [entry for page in self.pages for entry in page]


def fields_of(text: str) -> dict[str, Any]:
    """The fields that Gherkin gives a lead."""
    return {} if text == NO_FIELDS else json.loads(text)


def create(world: World, fields: Mapping[str, Any], who: str = api.USER) -> Lead:
    """Have somebody create a lead, which must be accepted."""
    answer = api.act(world, who, "POST", "leads", json=fields)
    lead = Lead(id_in(api.done(answer)), fields)
    (world.part(Leads).foreign if who == api.OTHER else world.part(Leads).created).append(lead)
    return lead


def create_many(world: World, count: int, fields: Mapping[str, Any] | None = None) -> None:
    """Have a user create so many leads, each with a number of its own, one after the other."""
    for number in range(count):
        create(world, {"first_name": f"Lead {number}", **(fields or {})})


def timed(world: World, count: int) -> float:
    """Have a user create so many leads; the seconds that it took."""
    began = time.monotonic()
    create_many(world, count)
    return time.monotonic() - began


def demand_time(took: float, most: float, count: int) -> None:
    """Judge how long it took to create leads. Raises NotMet."""
    if took > most:
        raise NotMet(f"expected {count} leads to be created within {most:g} s, but it took {took:.2f} s")


def create_at_once(world: World, count: int) -> None:
    """Have so many equal leads created over connections of their own at the same moment."""
    fields = {"first_name": "Twin", "email": "twin@example.org"}
    token = world.system.token(api.USER)
    path = world.endpoint("leads")
    answers = api.apart(world, count, lambda client, _: client.post(path, json=fields, token=token), at_once=True)
    world.part(Leads).created.extend(Lead(id_in(api.done(answer)), fields) for answer in answers)


def create_in_bulk(world: World, count: int, third: Mapping[str, Any] | None = None) -> Exchange:
    """Have a user create so many leads by one call; the third may be another."""
    fields: list[Mapping[str, Any]] = [{"first_name": f"Bulk {number}"} for number in range(count)]
    if third is not None:
        fields[2] = third
    answer = api.act(world, api.USER, "POST", "bulk", json={"leads": fields})
    if third is None:
        made = shapes.read(api.done(answer), list[str], "ids")
        world.part(Leads).created.extend(Lead(*each) for each in zip(made, fields, strict=True))
    return answer


def create_nested(world: World, depth: int) -> Exchange:
    """Have a user send a lead with a field that is nested so deep."""
    content = '{"first_name": ' + '{"a": ' * depth + "1" + "}" * depth + "}"
    return api.act(world, api.USER, "POST", "leads", content=content, headers={"Content-Type": "application/json"})


def change(world: World, fields: Mapping[str, Any]) -> Exchange:
    """Have a user change the last lead."""
    return api.act(world, api.USER, "PUT", "leads", f"/{world.part(Leads).last.id}", json=fields)


def read_back(world: World, lead: Lead) -> shapes.Object:
    """A lead, as the API tells it."""
    return shapes.read(api.done(api.call(world, api.USER, "GET", "leads", f"/{quote(lead.id)}")), shapes.Object)


def differences(world: World, lead: Lead, expected: Mapping[str, Any]) -> list[str]:
    """What of the fields is told otherwise."""
    told = read_back(world, lead)
    return [f"{name}: {told.get(name)!r}, not {value!r}" for name, value in expected.items() if told.get(name) != value]


def lost_among(world: World, count: int) -> list[str]:
    """Those of so many leads that cannot be read back as they were written, or have the id of another."""
    created = enough(world.part(Leads).created, "leads", count)
    if len(created) != count:
        raise Broken(f"{len(created)} leads were created, not {count}")
    ids = [lead.id for lead in created]
    twice = [f"{each}: the id of two" for each in set(ids) if ids.count(each) > 1]
    return twice + [f"{lead.id}: {wrong}" for lead in created for wrong in differences(world, lead, lead.fields)]


def list_pages(world: World, size: int, **filters: str) -> None:
    """List the leads of a user in pages, to the end."""
    pages: list[list[shapes.Object]] = []
    while len(pages) < MOST_PAGES:
        query = {"page": len(pages) + 1, "page_size": size, **filters}
        told = api.done(api.act(world, api.USER, "GET", "leads", f"?{urlencode(query)}"))
        page = shapes.read(told, list[shapes.Object], "items")
        if not page:
            break
        pages.append(page)
        if sum(map(len, pages)) >= shapes.read(told, int, "total"):
            break
    world.part(Leads).pages = pages


def count(world: World) -> int:
    """How many leads there are, by the API's own word."""
    return shapes.read(api.done(api.call(world, api.USER, "GET", "leads", "?page_size=1")), int, "total")


def not_listed_once(world: World) -> list[str]:
    """The leads that were not listed exactly once."""
    listed = [id_in(entry) for entry in world.part(Leads).listed]
    return [lead.id for lead in enough(world.part(Leads).created, "leads") if listed.count(lead.id) != 1]


def id_in(document: object) -> str:
    """The id of a lead, in what the API says of it."""
    told = shapes.read(document, shapes.Object)
    if not isinstance(told.get("id"), str | int) or told["id"] == "":
        raise NotMet(f"expected a lead with an id, but it is {told!r}")
    return str(told["id"])

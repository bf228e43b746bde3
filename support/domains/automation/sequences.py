"""What callers do with leads and API keys in any order, beside plain lists; each answer is compared with these."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from support.checks.shapes import Object, read
from support.domains.automation import api
from support.domains.automation.model import Fields, KeyList, LeadList, Person, known
from support.http import Exchange
from support.model import Difference, Sequence, Step, curl
from support.world.core import World

TEXTS = {
    "first_name": ["Ada", "ADA", "Zoë 李", "O'Brien"],
    "last_name": ["Lovelace", ""],
    "email": ["ada@example.org", "ADA@example.org", "bob@example.org"],
    "company": ["Acme", "ACME", "Acme Ltd", "A%", "A_me", "Łódź & Söhne"],
    "status": ["new", "contacted", "lost"],
    "notes": ["", "a" * 10_000],
}
FILTERED = ("email", "company", "status")
PEOPLE = st.sampled_from([api.USER, api.COLLEAGUE, api.ADMIN, api.OTHER])
WHICH = st.integers(0, 30)
SIZES = st.sampled_from([1, 2, 3, 500])
TELLS = 60
"""Characters of a text in a story."""


def fields() -> st.SearchStrategy[dict[str, Any]]:
    """Any subset of a lead's fields, some of them null."""
    known_of = {name: st.none() | st.sampled_from(values) for name, values in TEXTS.items()}
    return st.fixed_dictionaries({}, optional={**known_of, "score": st.sampled_from([None, 0, 0.5, 100])})


class _Callers(Sequence):
    """Callers of one orchestrator, each with the token of an identity. ``bound`` binds the world and who they are."""

    world: ClassVar[World]
    people: ClassVar[Mapping[str, Person]]

    def call(self, who: str, says: str, method: str, endpoint: str, below: str = "", body: Any = None) -> Exchange:
        """Have somebody call, as a step of the story. Without a body none is sent."""
        path, token = self.world.endpoint(endpoint) + below, self.world.system.token(who)

        def tell() -> Step:
            written = "" if body is None else json.dumps(body, ensure_ascii=False)
            command = curl.command(method, path, written, token=True)
            return Step(f"{who} {says}", f'TOKEN="$TOKEN_{who.upper()}"\n{command}')

        self.recording.note(tell)
        return self.world.http.request(method, path, token=token, **({} if body is None else {"json": body}))


class LeadCallers(_Callers):
    """Callers who create, change, read and list leads, alone and several at once, soundly and not."""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.mark = LeadList(), uuid.uuid4().hex

    @rule(who=PEOPLE, given=fields())
    def create(self, who: str, given: Fields) -> None:
        """Create a lead."""
        answer = self.call(who, f"creates a lead with {_told(given)}", "POST", "leads", body=self._marked(given))
        _expect(answer, 201)
        self.model.add(read(answer.json(), str, "id"), self.people[who], self._marked(given))

    @rule(who=PEOPLE, several=st.lists(fields(), min_size=1, max_size=3), sound=st.booleans())
    def create_several(self, who: str, several: list[Fields], sound: bool) -> None:
        """Create several leads at once, of which one may say what no lead has; then none is created."""
        leads = [self._marked(each) for each in several] + ([] if sound else [{"unheard_of": 1}])
        says = f"creates {len(several)} leads at once{'' if sound else ', and one with a field that no lead has'}"
        answer = self.call(who, says, "POST", "bulk", body={"leads": leads})
        _expect(answer, 201 if sound else 422)
        if sound:
            for lead_id, given in zip(read(answer.json(), list[str], "ids"), leads, strict=True):
                self.model.add(lead_id, self.people[who], given)

    @precondition(lambda self: self.model.leads)
    @rule(who=PEOPLE, which=WHICH, given=fields())
    def change(self, who: str, which: int, given: Fields) -> None:
        """Change a lead that may be another one's."""
        lead = self._one(which)
        says = f"changes the lead {self._number(lead)} to {_told(given)}"
        answer = self.call(who, says, "PUT", "leads", f"/{lead}", given)
        _expect(answer, 200 if self.model.change(self.people[who], [(lead, given)]) else 404)

    @precondition(lambda self: self.model.leads)
    @rule(who=PEOPLE, changes=st.lists(st.tuples(WHICH, fields()), min_size=2, max_size=3))
    def change_several(self, who: str, changes: list[tuple[int, Fields]]) -> None:
        """Change several leads at once, some of which may be another one's; then none is changed."""
        named = {self._one(which): given for which, given in changes}
        says = f"changes at once the leads {', '.join(map(self._number, named))}"
        body = {"leads": [{"id": lead, **given} for lead, given in named.items()]}
        answer = self.call(who, says, "PUT", "bulk", body=body)
        _expect(answer, 200 if self.model.change(self.people[who], list(named.items())) else 404)

    @precondition(lambda self: self.model.leads)
    @rule(who=PEOPLE, which=WHICH)
    def read_one(self, who: str, which: int) -> None:
        """Read a lead that may be another one's."""
        lead = self._one(which)
        answer = self.call(who, f"reads the lead {self._number(lead)}", "GET", "leads", f"/{lead}")
        found = self.model.find(lead, self.people[who])
        _expect(answer, 404 if found is None else 200)
        if found is not None:
            _same(found.fields, read(answer.json(), Object))

    @rule(who=PEOPLE, name=st.sampled_from(FILTERED), size=SIZES, data=st.data())
    def list_some(self, who: str, name: str, size: int, data: st.DataObject) -> None:
        """List the leads that a filter fits, page by page."""
        value = data.draw(st.sampled_from(TEXTS[name]))
        self._compare_list(who, {name: value.swapcase() if value.isascii() else value}, size)

    @invariant()
    def everybody_sees_their_own(self) -> None:
        """Whoever lists the leads, each in turn, sees what the model holds for them."""
        self._compare_list(list(self.people)[len(self.recording) % len(self.people)], {}, 500, told=False)

    def _compare_list(self, who: str, filters: Mapping[str, str], size: int, told: bool = True) -> None:
        expected = self.model.listed(self.people[who], {**filters, "source": self.mark})
        for number in range(1, len(expected) // size + 2):
            query = {**filters, "source": self.mark, "page_size": str(size), "page": str(number)}
            says = f"lists page {number} of {size} leads" + "".join(f" with the {k} {v}" for k, v in filters.items())
            answer = self.call(who, says, "GET", "leads", f"?{urlencode(query)}") if told else self._quietly(who, query)
            _expect(answer, 200)
            body, of_page = read(answer.json(), Object), expected[(number - 1) * size : number * size]
            seen = read(body, list[Object], "items")
            if [each.get("id") for each in seen] != [each.id for each in of_page]:
                shown = [self._number(str(each.get("id"))) for each in seen]
                raise Difference(
                    f"{who} to see the leads {[self._number(each.id) for each in of_page]}", f"it was {shown}"
                )
            if body.get("total") != len(expected):
                raise Difference(f"a total of {len(expected)} leads for {who}", f"it was {body.get('total')}")
            for lead, entry in zip(of_page, seen, strict=True):
                _same(lead.fields, entry)

    def _quietly(self, who: str, query: Mapping[str, str]) -> Exchange:
        path = f"{self.world.endpoint('leads')}?{urlencode(query)}"
        return self.world.http.get(path, token=self.world.system.token(who))

    def _marked(self, given: Fields) -> dict[str, Any]:
        """The fields with the source by which the leads of this sequence are told from all others."""
        return {**given, "source": self.mark}

    def _one(self, which: int) -> str:
        return self.model.leads[which % len(self.model.leads)].id

    def _number(self, lead: str) -> str:
        numbers = [number for number, each in enumerate(self.model.leads, 1) if each.id == lead]
        return f"number {numbers[0]}" if numbers else "of nobody"


class KeyCallers(_Callers):
    """Callers who make, list, use and revoke API keys, their own and others'."""

    def __init__(self) -> None:
        super().__init__()
        self.model = KeyList()
        self.made: list[tuple[str, str]] = []

    @rule(who=PEOPLE)
    def make(self, who: str) -> None:
        """Make a key."""
        answer = self.call(who, "makes an API key", "POST", "keys", body={"name": "of a sequence"})
        _expect(answer, 201)
        key_id = read(answer.json(), str, "id")
        self.made.append((key_id, read(answer.json(), str, "key")))
        self.model.owners[key_id] = self.people[who]

    @precondition(lambda self: self.made)
    @rule(who=PEOPLE, which=WHICH)
    def revoke(self, who: str, which: int) -> None:
        """Revoke a key that may be another one's, or revoked already."""
        key_id = self.made[which % len(self.made)][0]
        answer = self.call(who, f"revokes the API key number {self._number(key_id)}", "DELETE", "keys", f"/{key_id}")
        _expect(answer, 204 if self.model.revoke(self.people[who], key_id) else 404)

    @precondition(lambda self: self.made)
    @rule(which=WHICH)
    def use(self, which: int) -> None:
        """Show a key in the place of a token."""
        key_id, key = self.made[which % len(self.made)]
        self.recording.note(lambda: Step(f"somebody shows the API key number {self._number(key_id)}"))
        answer = self.world.http.get(self.world.endpoint("me"), headers={api.KEY_HEADER: key})
        owner = self.model.owners.get(key_id)
        _expect(answer, 401 if owner is None else 200)
        if owner is not None and read(answer.json(), str, "username") != owner.name:
            raise Difference(
                f"the key to stand for {owner.name}", f"it stands for {read(answer.json(), str, 'username')}"
            )

    @invariant()
    def everybody_sees_their_own(self) -> None:
        """Whoever lists the keys, each in turn, sees those that they made and did not revoke, and none in clear."""
        who = list(self.people)[len(self.recording) % len(self.people)]
        answer = self.world.http.get(self.world.endpoint("keys"), token=self.world.system.token(who))
        _expect(answer, 200)
        seen = sorted(read(each, str, "id") for each in read(answer.json(), list[Object], "keys"))
        expected = sorted(self.model.of(self.people[who]))
        if seen != expected:
            raise Difference(
                f"{who} to see {len(expected)} API keys, the own ones", f"there are {len(seen)}, or others"
            )
        if shown := [key_id for key_id, key in self.made if key in answer.text]:
            raise Difference("no API key in clear", f"{len(shown)} are shown")

    def tidy_up(self) -> None:
        """Revoke what was made, whatever the model says."""
        for who, person in self.people.items():
            for key_id in self.model.of(person):
                path = f"{self.world.endpoint('keys')}/{key_id}"
                self.world.http.request("DELETE", path, token=self.world.system.token(who))

    def _number(self, key_id: str) -> int:
        return [each for each, _ in self.made].index(key_id) + 1


def bound(kind: type[_Callers], world: World) -> type[_Callers]:
    """The callers, bound to the orchestrator that was started last; who they are it says itself."""
    people = {}
    for who in (api.USER, api.COLLEAGUE, api.ADMIN, api.OTHER):
        told = read(api.done(api.call(world, who, "GET", "me")), Object)
        people[who] = Person(read(told, str, "username"), read(told, str, "tenant"), told.get("role") == "admin")
    return type(kind.__name__, (kind,), {"world": world, "people": people})


def _expect(answer: Exchange, status: int) -> None:
    if answer.status != status:
        raise Difference(f"the status {status}", f"it was {answer.status}")


def _same(expected: Fields, seen: Fields) -> None:
    """Raise Difference where a lead has other fields than the model's."""
    for name in [*TEXTS, "score", "source"]:
        if expected.get(name) != known(seen).get(name):
            raise Difference(f"{name} to be {expected.get(name)!r:.{TELLS}}", f"it is {seen.get(name)!r:.{TELLS}}")


def _told(given: Fields) -> str:
    return ", ".join(f"{name} {value!r:.{TELLS}}" for name, value in given.items()) or "no fields"

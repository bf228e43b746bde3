"""OpenAPI documents: what may be asked by them, what of an answer they do not describe, and which cannot be read."""

import copy
from types import SimpleNamespace

import pytest
from requests.structures import CaseInsensitiveDict

from support.model import Budget, explore
from support.model.openapi_exploration import ApiDocument, Unreadable

THING = {"type": "object", "required": ["thing_id"], "properties": {"thing_id": {"type": "string"}}}
FOUND = {"200": {"description": "a thing", "content": {"application/json": {"schema": THING}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "things", "version": "1"},
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/things": {
            "post": {
                "security": [{"bearer": []}],
                "requestBody": {"required": True, "content": {"application/json": {"schema": THING}}},
                "responses": FOUND | {"502": {"description": "whoever makes things has failed"}},
            }
        },
        "/things/{thing_id}": {
            "get": {
                "parameters": [{"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": FOUND | {"default": {"description": "refused"}},
            }
        },
        "/things/newest": {"get": {"responses": FOUND}},
    },
}


def document(change=lambda given: None):
    given = copy.deepcopy(DOCUMENT)
    change(given)
    return ApiDocument.read(given)


def answer(status=200, body=b'{"thing_id": "a"}', kind="application/json"):
    headers = CaseInsensitiveDict({"Content-Type": kind})
    return SimpleNamespace(method="GET", status=status, headers=headers, body=body, duration=0.1, error=None)


@pytest.fixture
def make():
    return document().of("POST", "/things")


def test_what_is_described_is_no_finding(make):
    assert make.undescribed(answer()) == []


@pytest.mark.parametrize(
    ("seen", "finding"),
    [
        (answer(status=418), "Undocumented HTTP status code|Undocumented status code"),
        (answer(kind="text/html"), "Content-Type"),
        (answer(body=b'{"thing_id": 1}'), "schema"),
        (answer(body=b"{}"), "thing_id"),
        (answer(body=b"{"), "JSON"),
        (answer(status=None), "no whole answer came"),
    ],
)
def test_what_is_not_described_is_found(make, seen, finding):
    found = make.undescribed(seen)
    assert any(part in each for each in found for part in finding.split("|")), found


def test_an_error_of_the_server_must_be_named_itself(make):
    document_of_all = document()
    read = document_of_all.of("GET", "/things/a")

    assert make.undescribed(answer(status=502)) == []
    assert read.undescribed(answer(status=404)) == []
    assert "error of the server" in read.undescribed(answer(status=500))[0]


def test_the_most_specific_path_answers():
    assert document().of("GET", "/things/newest?a=b").label == "GET /things/newest"
    assert document().of("GET", "/things/a").label == "GET /things/{thing_id}"
    assert document().of("GET", "/things/a/b") is None


def test_methods_that_no_operation_has_are_known_by_path_and_template():
    unknown = {(method, operation.path) for method, operation in document().unknown_methods()}

    assert ("GET", "/things") in unknown
    assert ("POST", "/things/newest") in unknown
    assert ("POST", "/things") not in unknown


def test_what_operations_demand_is_read(make):
    read = document().of("GET", "/things/a")

    assert (make.needs_credentials, make.body, make.media_types) == (True, True, ("application/json",))
    assert (read.needs_credentials, read.body, read.is_safe, read.varies) == (False, None, True, True)


def test_credentials_that_may_be_left_out_are_not_needed():
    def anonymous(given):
        given["paths"]["/things"]["post"]["security"] = [{"bearer": []}, {}]

    assert not document(anonymous).of("POST", "/things").needs_credentials


def asked(operation, seed, known=None):
    seen = []

    def judge(asking, recording):
        seen.append(asking)
        return 1

    explore(operation.askings(known or {}), judge, Budget(30, seed))
    return seen


def test_the_same_seed_asks_the_same(make):
    first = asked(make, 7)

    assert first == asked(document().of("POST", "/things"), 7)
    assert first != asked(make, 8)
    assert {each.allowed for each in first} == {True, False}


def test_names_that_are_known_are_asked_for():
    read = document().of("GET", "/things/a")

    assert "/things/caf%C3%A9" in {each.path for each in asked(read, 7, {"thing_id": ["café"]})}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda given: given.pop("openapi"), "version"),
        (lambda given: given.pop("info"), "info"),
        (lambda given: given["paths"]["/things"]["post"].update(responses=5), "object"),
        (lambda given: given["paths"]["/things/newest"]["get"].update(parameters=[{"$ref": "#/nowhere"}]), "nowhere"),
    ],
)
def test_what_is_no_document_is_told(change, says):
    with pytest.raises(Unreadable, match=says):
        document(change)


def test_a_list_is_no_document():
    with pytest.raises(Unreadable, match="no object"):
        ApiDocument.read([])

"""A contract is read whole or refused with the field, the line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from caio.contracts import ServiceContract, parse_contract
from caio.errors import InvalidContract

from tests.systems.caio.core.builders import YAML, contract


def refusal(text: str) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InvalidContract) as refused:
        parse_contract(text)
    return [(error.field, error.line, error.message) for error in refused.value.errors]


def test_a_contract_is_read_from_text_bytes_and_file(tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(YAML)
    read = [
        parse_contract(source) for source in (YAML, YAML.encode(), file, str(file), b"\xef\xbb\xbf" + YAML.encode())
    ]
    assert {item.digest for item in read} == {read[0].digest}
    assert read[0].capabilities[0].accuracy is not None
    assert read[0].capabilities[0].accuracy.min == 0.90
    assert read[0].route == "internal"


def test_the_written_form_reads_back_to_an_equal_contract() -> None:
    original = parse_contract(YAML)
    assert parse_contract(original.to_dict()) == original
    assert parse_contract(original.to_dict()).digest == original.digest


def test_the_digest_is_of_the_meaning_not_of_the_file() -> None:
    assert parse_contract("# a comment\n" + YAML.replace("0.90", "0.9")).digest == parse_contract(YAML).digest
    assert parse_contract(YAML.replace("0.90", "0.91")).digest != parse_contract(YAML).digest


@pytest.mark.parametrize(
    ("old", "new", "field", "line", "says"),
    [
        ('version: "1.0.0"', "version: 1.0", "version", 3, "expected a string, got 1.0"),
        ('version: "1.0.0"\n', "", "version", 1, "is missing"),
        ("min: 0.90", "min: often", "capabilities[0].accuracy.min", 7, "expected a number, got 'often'"),
        ("min: 0.90", "min: 1.01", "capabilities[0].accuracy.min", 7, "expected at most 1"),
        ("min: 0.90", "min: -0.01", "capabilities[0].accuracy.min", 7, "expected at least 0"),
        ("min: 0.90", "min: .nan", "capabilities[0].accuracy.min", 7, "expected"),
        ("target: 0.95", "target: 0.89", "capabilities[0].accuracy.target", 8, "at least accuracy.min (0.9)"),
        ("determinism: true", "determinism: 1", "guarantees.determinism", 11, "expected true or false, got 1"),
        ("determinism: true", 'determinism: "true"', "guarantees.determinism", 11, "expected true or false"),
        ("accuracy: 0.95\n  d", "accuracy: true\n  d", "guarantees.accuracy", 10, "expected a number, got true"),
        ("protocol: http", "protocol: gopher", "api.protocol", 16, "expected 'http' or 'https', got 'gopher'"),
        ("protocol: http", "protocol: https", "api.base_url", 17, "starts with https://"),
        ("http://localhost:9000", "http://", "api.base_url", 17, "with a host"),
        ("http://localhost:9000", "http://localhost:99999", "api.base_url", 17, "expected a URL"),
        ("http://localhost:9000", "http://me:secret@localhost", "api.base_url", 17, "without credentials"),
        ("path: /chat", "path: chat", "api.endpoints[0].path", 19, "expected text that matches"),
        ("method: POST", "method: BREW", "api.endpoints[0].method", 20, "expected 'GET'"),
        ("service_id: local-chat", "service_id: Local Chat", "service_id", 1, "expected text that matches"),
        ("service_id: local-chat", "service_id: ../etc", "service_id", 1, "expected text that matches"),
        ("name: Local Chat", "name: Local Chat\nnick: x", "nick", 3, "is not a field of a contract"),
        ("name: Local Chat", "name: Local Chat\nname: x", "name", 3, "is given twice"),
        ("type: chat", "type: ''", "capabilities[0].type", 5, "at least 1 character"),
        ("guarantees:\n", "guarantees: none\nx:\n", "guarantees", 9, "expected a mapping, got 'none'"),
    ],
)
def test_a_fault_names_field_line_and_expectation(old: str, new: str, field: str, line: int, says: str) -> None:
    assert old in YAML
    faults = refusal(YAML.replace(old, new, 1))
    assert (field, line) in [(fault[0], fault[1]) for fault in faults]
    assert any(fault[0] == field and says in fault[2] for fault in faults)


def test_all_faults_are_named_at_once() -> None:
    text = YAML.replace("min: 0.90", "min: x").replace("method: POST", "method: BREW")
    assert [fault[0] for fault in refusal(text)] == ["capabilities[0].accuracy.min", "api.endpoints[0].method"]


@pytest.mark.parametrize("section", ["service_id", "name", "version", "capabilities", "api"])
def test_a_required_field_may_not_be_missing(section: str) -> None:
    data = contract().to_dict()
    del data[section]
    with pytest.raises(InvalidContract, match=f"{section}: is missing"):
        parse_contract(data)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected a mapping, got nothing"),
        ("just text", "expected a mapping"),
        ("- a list", "expected a mapping"),
        ("{", "is not YAML"),
        ("a: b: c", "is not YAML"),
        ("a: 1\n---\nb: 2", "is not YAML"),
        ("a: &x [1]\nb: *x", "anchor or alias"),
        ("[" * 3000, "deeper"),
        ("a: !!python/object:os.system x", "cannot be read"),
        ("a: 2026-99-99", "cannot be read"),
        ("? [a]\n: b", "not a plain word"),
        ("a: \x00", "is not YAML"),
        ("x" * 300_000, "at most 262144"),
    ],
)
def test_what_is_no_contract_at_all_is_refused(text: str, says: str) -> None:
    assert any(says in message for _, _, message in refusal(text))


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(InvalidContract, match="not UTF-8"):
        parse_contract(b"name: \xff")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidContract, match="cannot be read: No such file"):
        parse_contract(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [('{"a": 1, "a": 2}', "given twice"), ('{"a": NaN}', "NaN"), ("{", "is not JSON"), ("[" * 100_000, "deeper")],
)
def test_bad_json_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidContract, match=says):
        parse_contract(text, form="json")


def test_contradictions_are_refused() -> None:
    api = contract().to_dict()["api"]
    assert isinstance(api, dict)
    with pytest.raises(InvalidContract, match=r"capabilities\[1\]\.type: 'chat' is offered twice"):
        contract(capabilities=[{"type": "chat"}, {"type": "chat"}])
    with pytest.raises(InvalidContract, match=r"api\.locality"):
        contract(constraints={"requires_internet": True}, api={**api, "locality": "internal"})
    with pytest.raises(InvalidContract, match=r"api\.endpoints\[0\]\.capability"):
        contract(api={**api, "endpoints": [{"path": "/", "method": "GET", "capability": "embed"}]})


@pytest.mark.parametrize(
    ("internet", "locality", "route"),
    [(False, None, "internal"), (True, None, "external"), (True, "hybrid", "hybrid"), (False, "external", "external")],
)
def test_the_route_follows_from_locality_or_need_of_internet(internet: bool, locality: str | None, route: str) -> None:
    api = dict(contract().model_dump(exclude_none=True)["api"], **({"locality": locality} if locality else {}))
    assert contract(constraints={"requires_internet": internet}, api=api).route == route


def test_the_endpoint_of_a_capability_is_the_one_that_names_it() -> None:
    endpoints = [{"path": "/any", "method": "POST"}, {"path": "/embed", "method": "POST", "capability": "embed"}]
    api = {"protocol": "http", "base_url": "http://localhost", "endpoints": endpoints}
    found = contract(capabilities=[{"type": "chat"}, {"type": "embed"}], api=api)
    paths = {name: end.path for name in ("chat", "embed") if (end := found.endpoint(name))}
    assert paths == {"chat": "/any", "embed": "/embed"}


def test_a_contract_cannot_be_changed() -> None:
    frozen: ServiceContract = contract()
    with pytest.raises(ValueError, match="frozen"):
        frozen.version = "2"  # type: ignore[misc]

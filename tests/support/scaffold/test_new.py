"""What `signoff new` writes: files that load strictly, made of an API's own description, and never over others."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import cli
from support.acceptance import criteria
from support.base import feature_files, scenarios, systems
from support.base.outcomes import UsageError
from support.base.systems import System
from support.scaffold import writing

SHOP: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop: answers & more #1", "version": "2.5"},
    "servers": [{"url": "https://shop.example/base"}],
    "security": [{"key": []}],
    "paths": {
        "/healthz": {"get": {"security": []}},
        "/v1/orders": {"get": {}, "post": {"requestBody": {"content": {"application/json": {}}}}},
        "/v1/orders/{id}": {"get": {}, "delete": {}},
        "/v1/search": {"get": {"parameters": [{"$ref": "#/components/parameters/q"}]}},
        "/v1/ask": {"post": {"requestBody": {"$ref": "#/components/requestBodies/ask"}}},
    },
    "components": {
        "parameters": {"q": {"name": "q", "in": "query", "required": True}},
        "requestBodies": {"ask": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}}}},
        "schemas": {
            "HTTPValidationError": {"type": "object"},
            "Ask": {
                "type": "object",
                "required": ["prompt", "mode", "limits", "again", "when"],
                "properties": {
                    "prompt": {"type": "string"},
                    "mode": {"enum": ["fast", "good"]},
                    "limits": {"type": "array", "items": {"type": "integer", "minimum": 3}},
                    "again": {"allOf": [{"$ref": "#/components/schemas/Ask"}]},
                    "when": {"type": "string", "example": "2030-01-01\u2028\n'\"\x7f"},
                    "optional": {"type": "string"},
                },
            },
        },
    },
}


def written(folder: Path, source: object = None) -> System:
    """The definition that is written for the system "shop", by an OpenAPI document if one is given."""
    writing.new("shop", folder, None if source is None else str(source))
    return systems.find("shop", folder / "systems")


def document(folder: Path, content: object, name: str = "openapi.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address at which the files of the test's folder are served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("source", [None, SHOP])
def test_what_is_written_can_be_accepted(tmp_path: Path, source: object) -> None:
    system = written(tmp_path, source and document(tmp_path, source))
    listed = criteria.checked(system, tmp_path / "features" / "shop" / "criteria.yaml")
    features = [feature_files.examine(path) for path in (tmp_path / "features" / "shop").glob("*.feature")]
    assert [problems for _, problems in features if problems] == []
    shown = {
        name
        for feature, _ in features
        for scenario in feature.walk_scenarios()
        for name in scenarios.criteria_of(scenarios.all_tags(scenario))
    }
    assert shown == set(listed.ids)


def test_an_api_without_a_description_is_taken_for_that_of_openai(tmp_path: Path) -> None:
    system = written(tmp_path)
    assert system.request("an answer").body["messages"] == [{"role": "user", "content": "number {number}"}]
    assert system.endpoints["chat-completions"] == "/v1/chat/completions"
    assert (system.endpoint("health"), system.endpoint("protected")) == ("/health", "/v1/models")


def test_endpoints_and_requests_are_those_of_the_description(tmp_path: Path) -> None:
    system = written(tmp_path, document(tmp_path, SHOP))
    assert (system.title, system.version) == ("Shop: answers & more #1", "2.5")
    assert system.endpoints == {
        "health": "/base/healthz",
        "ready": "/ready",
        "metrics": "/metrics",
        "protected": "/base/v1/orders",
        "ask": "/base/v1/ask",
        "orders": "/base/v1/orders",
    }
    assert {name: (each.method, each.endpoint) for name, each in system.requests.items()} == {
        "ask for an answer": ("POST", "ask"),
        "get orders": ("GET", "orders"),
    }
    assert system.refusal("invalid-request").status == 422
    assert system.error("message") == "detail"


def test_a_body_has_what_its_schema_requires_though_it_contains_itself(tmp_path: Path) -> None:
    body = written(tmp_path, document(tmp_path, SHOP)).request("an answer").body
    assert set(body) == {"prompt", "mode", "limits", "again", "when"}
    assert (body["prompt"], body["mode"], body["limits"]) == ("number {number}", "fast", [3])
    assert body["when"] == "2030-01-01\u2028\n'\"\x7f"
    assert body["again"]["prompt"] == "number {number}"


def test_what_is_not_tried_is_listed(tmp_path: Path) -> None:
    text = written(tmp_path, document(tmp_path, SHOP)).path.read_text(encoding="utf-8")
    left_out = {line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")}
    base = "/base/v1"
    assert left_out == {
        f"POST {base}/orders",
        f"GET {base}/orders/{{id}}",
        f"DELETE {base}/orders/{{id}}",
        f"GET {base}/search",
    }


def test_yaml_and_json_by_file_and_by_address_say_the_same(tmp_path: Path, served: str) -> None:
    as_json = document(tmp_path, SHOP)
    as_yaml = document(tmp_path, yaml.safe_dump(SHOP), "openapi.yaml")
    sources = (as_json, as_yaml, f"{served}/openapi.json", f"{served}/openapi.yaml?x=1")
    read = [written(tmp_path / str(number), source) for number, source in enumerate(sources)]
    assert [each.requests for each in read[1:]] == [read[0].requests] * 3
    assert read[0].title == "Shop: answers & more #1"


def test_an_open_api_has_no_scenarios_about_tokens(tmp_path: Path) -> None:
    is_open = {**SHOP, "security": []}
    written(tmp_path, document(tmp_path, is_open))
    assert not (tmp_path / "features" / "shop" / "auth.feature").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty, and no OpenAPI document"),
        ("[]", "is a list, and no OpenAPI document"),
        ("just words", "is a str, and no OpenAPI document"),
        ("a: [1", "is neither JSON nor YAML"),
        ("[" * 100_000, "is neither JSON nor YAML"),
        ("!!python/object/apply:os.getcwd []", "is neither JSON nor YAML"),
        ({"swagger": "2.0", "paths": {"/a": {"get": {}}}}, "has no field openapi"),
        ({"openapi": "2.9", "paths": {"/a": {"get": {}}}}, "has openapi: 2.9"),
        ({"openapi": "3.0.0"}, "describes no paths"),
        ({"openapi": "3.0.0", "paths": {}}, "describes no paths"),
        ({"openapi": "3.0.0", "paths": ["/a"]}, "describes no paths"),
        ({"openapi": "3.0.0", "paths": {"/a": None}}, "describes no paths"),
        ({"openapi": "3.0.0", "paths": {"/a/../b": {"get": {}}}}, "nothing that can be tried"),
        ({"openapi": "3.0.0", "paths": {"/a\n  b: c": {"get": {}}}}, "nothing that can be tried"),
        ({"openapi": "3.0.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}}, "nothing that can be tried"),
        ({"openapi": "3.0.0", "paths": {"/a": {"delete": {}}}}, "nothing that can be tried"),
    ],
)
def test_a_document_of_no_use_is_refused_in_one_sentence(tmp_path: Path, content: object, why: str) -> None:
    path = document(tmp_path, content)
    with pytest.raises(UsageError) as refused:
        writing.new("shop", tmp_path, str(path))
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_an_address_without_a_document_is_refused(tmp_path: Path, served: str) -> None:
    with pytest.raises(UsageError, match=r"openapi\.json gave no document: its answer has the status 404$"):
        writing.new("shop", tmp_path, f"{served}/openapi.json")
    with pytest.raises(UsageError, match=r"^http://\[::1/ is no address: "):
        writing.new("shop", tmp_path, "http://[::1/")
    with pytest.raises(UsageError, match=r"nothing\.json cannot be read: No such file"):
        writing.new("shop", tmp_path, str(tmp_path / "nothing.json"))


BOMB = """
openapi: 3.0.0
x-bomb: &b0 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
%s
paths:
  /ask: {post: {requestBody: {content: {application/json: {example: &own {bomb: *b30, own: *own}}}}}}
"""


def test_an_example_that_stands_for_a_huge_one_is_cut(tmp_path: Path) -> None:
    bomb = "\n".join(f"x-b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]" for n in range(1, 31))
    path = document(tmp_path, BOMB % bomb, "openapi.yaml")
    body = written(tmp_path, path).request("an answer").body
    assert set(body) <= {"bomb", "own"}
    assert 0 < len(json.dumps(body)) < 5_000


HOSTILE = "x: {y} \"'\n# \u2028 {{ 7 * 7 }} <b> | \ud800 ${HOME}"


def test_texts_of_a_document_are_nothing_but_texts(tmp_path: Path) -> None:
    media = {"example": {HOSTILE: HOSTILE}}
    paths = {"/ask": {"post": {"requestBody": {"content": {"application/json": media}}}}, f"/{HOSTILE}": {"get": {}}}
    hostile = {"openapi": "3.0.0", "info": {"title": HOSTILE, "version": HOSTILE}, "paths": paths}
    system = written(tmp_path, document(tmp_path, hostile))
    kept = HOSTILE.replace("\ud800", "?")
    assert system.request("an answer").body == {kept: kept}
    assert system.title == " ".join(kept.split())
    assert set(system.requests) == {"ask for an answer"}


@pytest.mark.parametrize("name", ["", "Shop", "1shop", "a--b", "a/b", "..", "a b", "all", "a" * 41, "shop\n"])
def test_a_name_that_cannot_be_a_system_s_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a system's name"):
        writing.new(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["systems", "features"])
def test_nothing_is_written_over(tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / there / "shop" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["new", "shop", "--in", str(tmp_path)])
    assert ended.value.code == cli.USAGE
    said = capsys.readouterr().err
    assert f"{mine.parent} is there already" in said
    assert len(said.splitlines()) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_the_command_tells_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["new", "my-shop", "--in", str(tmp_path)])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 10
    assert [path for path in files if f"wrote {path}\n" not in said] == []

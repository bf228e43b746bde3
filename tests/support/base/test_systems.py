"""A definition is read strictly, each mistake named by file, line and field; its placeholders are filled in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.base import systems
from support.base.outcomes import NotVerified, UsageError
from support.base.placeholders import fill

GOOD = """\
name: demo
says: Demo
title: Demo, an orchestrator
version: "1.2"
interfaces: [http, python]
deployments:
  process:
    command: ["{python}", "-m", "demo"]
    environment: {DEMO_PORT: "{port}", DEMO_KEYS: "{signing_key}", DEMO_TOKEN: "{token_admin}"}
  python:
    command: ["{python}", "{here}/driver.py"]
  remote: {provides: [strict], capabilities: [backends]}
profiles:
  strict:
    environment: {DEMO_STRICT: "yes"}
files: {signing_key: "{data}/key.pem"}
endpoints: {ready: /ready, route: /route}
identities: {admin: {token: "${DEMO_ADMIN:-local-token}", role: admin}, other: {token: "${DEMO_OTHER}", role: user}}
metrics: {requests: demo_requests_total}
refusals: {not-found: {status: 404, says: no such thing}, invalid-request: 422}
companions: {backend: {command: ["{python}", "-m", "backend", "{name}", "{port}"], ready: /health}}
capabilities: [http, logs]
slos: {routing: 0.5}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "demo").mkdir()
    return tmp_path


def load(folder: Path, text: str = GOOD) -> systems.System:
    path = folder / "demo" / "system.yaml"
    path.write_text(text)
    return systems.load(path)


def refused(folder: Path, old: str, new: str) -> str:
    assert old in GOOD
    with pytest.raises(UsageError) as refusal:
        load(folder, GOOD.replace(old, new, 1))
    return str(refusal.value).replace(str(folder / "demo" / "system.yaml"), "…")


def test_a_good_definition_is_read_whole(folder: Path) -> None:
    system = load(folder)
    assert (system.name, system.says, system.version) == ("demo", "Demo", "1.2")
    assert system.endpoint("route") == "/route"
    assert system.metric("requests") == "demo_requests_total"
    assert system.refusal("invalid-request") == systems.DeclaredRefusal(status=422)
    assert system.refusal("not-found") == systems.DeclaredRefusal(status=404, says="no such thing")
    assert system.profile("strict").environment == {"DEMO_STRICT": "yes"}
    assert system.profile("default").environment == {}
    assert system.companion("backend").ready == "/health"
    assert system.here == folder / "demo"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  process:\n    command:",
            "  process:\n    comand:",
            "…:8: deployments.process.comand: unknown field",
        ),
        ("says: Demo\n", "", "…:1: says: required field is missing"),
        ('version: "1.2"', "version: 1.2", "…:4: version: Input should be a valid string, not 1.2"),
        (
            "interfaces: [http, python]",
            "interfaces: [http, grpc]",
            "…:5: interfaces[1]: Input should be",
        ),
        ("ready: /ready", "ready: ready", "…:17: endpoints.ready: String should match pattern"),
        (
            "{port}",
            "{prot}",
            "…:9: deployments.process.environment.DEMO_PORT: nothing is known for {prot}",
        ),
        (
            "provides: [strict]",
            "provides: [strickt]",
            "…:12: deployments.remote.provides[0]: no such profile",
        ),
        ("says: Demo", "name: demo", "…:2: name: given twice"),
        ("{data}/key.pem", "{port}/key.pem", "…:16: files.signing_key: {port} cannot stand here"),
        ("files: {signing_key:", "files: {port:", "files.port: this name already stands for something else"),
        ("422}", "refused}", "…:20: refusals.invalid-request.status: Input should be a valid integer"),
        ("name: demo", "name: [demo", "…:2: not valid YAML"),
        ("  python:\n    command", "  pythn:\n    command", "…:10: deployments.pythn: unknown field"),
    ],
)
def test_each_mistake_is_named_by_file_line_and_field(folder: Path, old: str, new: str, said: str) -> None:
    assert said in refused(folder, old, new)


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    said = refused(folder, 'version: "1.2"\n', "version: 1\nsalutation: hello\n")
    assert "…:4: version:" in said
    assert "…:5: salutation: unknown field" in said


def test_the_python_interface_needs_a_driver(folder: Path) -> None:
    without = '  python:\n    command: ["{python}", "{here}/driver.py"]\n'
    assert "…:5: interfaces: names python, but" in refused(folder, without, "")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_what_is_no_definition_at_all_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"system.yaml:1: the document"):
        load(folder, text)


def test_a_file_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"system.yaml: cannot be read"):
        systems.load(folder / "demo" / "system.yaml")


def test_placeholders_stand_for_what_they_say(folder: Path) -> None:
    system = load(folder)
    bindings = system.bindings(Path("/d"), "127.0.0.1", 8080, "local-chat")
    assert fill("{python} {host}:{port} {data} {name}", bindings, "x") == (
        f"{sys.executable} 127.0.0.1:8080 /d local-chat"
    )
    assert fill("{here}/driver.py {signing_key}", bindings, "x") == f"{folder}/demo/driver.py /d/key.pem"
    assert fill("{token_admin}", bindings, "x") == "local-token"
    assert fill('{"json": {}} ${HOME}', bindings, "x") == '{"json": {}} ${HOME}'
    with pytest.raises(UsageError, match=r"x: nothing is known for \{prot\}; did you mean 'port'"):
        fill("{prot}", bindings, "x")


def test_tokens_are_read_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = load(folder)
    monkeypatch.delenv("DEMO_OTHER", raising=False)
    monkeypatch.setenv("DEMO_ADMIN", "from-outside")
    assert system.token("admin") == "from-outside"
    assert system.tokens() == ["from-outside"]
    with pytest.raises(UsageError, match=r"identities.other.token reads the environment variable DEMO_OTHER: set it"):
        system.token("other")
    monkeypatch.setenv("DEMO_OTHER", "o")
    assert system.tokens() == ["from-outside", "o"]


def test_a_remote_system_offers_only_what_its_entry_lists(folder: Path) -> None:
    system = load(folder)
    assert system.offers("process") == {"http", "logs"}
    assert system.offers("remote") == {"http", "backends"}


def test_what_the_definition_does_not_name_is_said_with_the_nearest_name(folder: Path) -> None:
    system = load(folder)
    with pytest.raises(NotVerified, match=r"does not declare endpoints.rout, which this needs; did you mean 'route'"):
        system.endpoint("rout")
    with pytest.raises(NotVerified, match=r"does not declare companions.queue, which this needs; there are: backend"):
        system.companion("queue")


def test_systems_are_found_by_name(folder: Path) -> None:
    load(folder)
    assert systems.find("demo", folder).title == "Demo, an orchestrator"
    assert [system.name for system in systems.readable(folder)[0]] == systems.names(folder) == ["demo"]
    with pytest.raises(UsageError, match=r"unknown system 'dmo'.*did you mean 'demo'"):
        systems.find("dmo", folder)


def test_a_definition_elsewhere_may_have_any_folder_but_one_of_ours_has_its_own(folder: Path) -> None:
    assert load(folder, GOOD.replace("name: demo", "name: other")).name == "other"
    with pytest.raises(UsageError, match=r"name: must be the name of its folder, 'demo', not 'other'"):
        systems.find("demo", folder)


def test_every_definition_of_this_project_is_good() -> None:
    assert {system.name for system in systems.readable()[0]} == set(systems.names())


ITEMS = """items:
  - {id: one, section: Security, text: One., criteria: [DEMO-ROUTE-01]}
"""


def test_a_checklist_beside_the_definition_is_read_with_it(folder: Path) -> None:
    (folder / "demo" / "hardening.yaml").write_text(ITEMS)
    assert [item.id for item in load(folder, f"{GOOD}checklist: hardening.yaml\n").hardening] == ["one"]
    assert load(folder).hardening == ()


def test_a_checklist_that_is_not_there_or_wrong_is_refused_with_its_line(folder: Path) -> None:
    text = f"{GOOD}checklist: hardening.yaml\n"
    with pytest.raises(
        UsageError, match=rf"system.yaml:{text.count(chr(10))}: checklist: 'hardening.yaml' is not beside"
    ):
        load(folder, text)
    (folder / "demo" / "hardening.yaml").write_text(ITEMS.replace("text", "txt"))
    with pytest.raises(UsageError, match=r"hardening.yaml:2: items\[0\].txt: unknown field"):
        load(folder, text)

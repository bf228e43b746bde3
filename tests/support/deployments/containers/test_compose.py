"""The reader of compose files: what it takes as compose does; the rest is refused with file, line and field."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from support.base.outcomes import UsageError
from support.base.settings import ROOT
from support.deployments.containers import compose
from support.deployments.containers.spec import HealthCheck, Mount


def file(folder: Path, *lines: str, more: str = "") -> Path:
    """A compose file with one service, whose fields stand from line 4 on."""
    path = folder / "compose.yaml"
    fields = indent("\n".join(("image: some", *lines)), "    ")
    path.write_text(f"services:\n  one:\n{fields}\n{dedent(more)}", encoding="utf-8")
    return path


def spec(folder: Path, *lines: str, **variables: str) -> object:
    return compose.specification(file(folder, *lines), "one", variables)


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("${A}", {"A": "x"}, "x"),
        ("$A-b", {"A": "x"}, "x-b"),
        ("${A}", {}, ""),
        ("${A:-other}", {}, "other"),
        ("${A:-other}", {"A": ""}, "other"),
        ("${A-other}", {"A": ""}, ""),
        ("${A-other}", {}, "other"),
        ("${A:-}", {}, ""),
        ("${A:?why}", {"A": "x"}, "x"),
        ("${A?why}", {"A": ""}, ""),
        ("http://$$A:${P}/$$$$", {"P": "1"}, "http://$A:1/$$"),
        ("${A}${B:-${}", {"A": "x"}, "x${"),
    ],
)
def test_variables_are_filled_in_as_compose_does(text: str, variables: dict[str, str], expected: str) -> None:
    assert compose.interpolated(text, variables) == expected


@pytest.mark.parametrize(
    ("text", "variables", "why"),
    [
        ("${A:?say it}", {"A": ""}, "A must be set: say it"),
        ("${A?}", {}, "A must be set: it has no default"),
        ("5 $", {}, "write [$][$] for the sign itself"),
        ("${A:+other}", {"A": "x"}, "introduces no variable"),
        ("$(id)", {}, "introduces no variable"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(text: str, variables: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compose.interpolated(text, variables)


def test_a_variable_that_must_be_set_is_told_with_file_line_and_field(tmp_path: Path) -> None:
    path = file(tmp_path, 'command: [serve, "${KEY:?the key}"]')
    with pytest.raises(UsageError, match=r"compose.yaml:4: services.one.command\[1\]: KEY must be set: the key"):
        compose.read(path, {})


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("privileged: true", "services.one.privileged: unknown field"),
        ("logging: {driver: none}", "services.one.logging: unknown field"),
        (
            "healthcheck: {test: [CMD, ask], start_interval: 1s}",
            "services.one.healthcheck.start_interval: unknown field",
        ),
        ("mem_limit: lots", "services.one.mem_limit: .*not 'lots'"),
        ("stop_grace_period: 10", "services.one.stop_grace_period: .*with its unit"),
        ("volumes: [/data]", r"services.one.volumes\[0\]: .*source:/target"),
        ('volumes: ["~/data:/data"]', r"services.one.volumes\[0\]: .*source:/target"),
        ('volumes: ["./data:/data:z"]', r"services.one.volumes\[0\]: .*source:/target"),
        ('volumes: ["data:/data"]', r"services.one.volumes\[0\]: data: there are: none"),
        ("networks: [front]", r"services.one.networks\[0\]: front: there are: none"),
        ("depends_on: [two]", r"services.one.depends_on\[0\]: two: there are: one"),
    ],
)
def test_what_the_suite_cannot_carry_out_is_refused_with_file_line_and_field(
    tmp_path: Path, line: str, complaint: str
) -> None:
    path = file(tmp_path, line)
    with pytest.raises(UsageError, match=f"^{path}:4: {complaint}"):
        compose.read(path, {})


def test_a_name_of_the_project_is_refused_because_docker_compose_1_refuses_it(tmp_path: Path) -> None:
    path = file(tmp_path, more="name: caio\n")
    with pytest.raises(UsageError, match=f"^{path}:4: name: unknown field"):
        compose.read(path, {})


def test_every_complaint_is_told(tmp_path: Path) -> None:
    path = file(tmp_path, "privileged: true", "extends: other")
    with pytest.raises(UsageError) as told:
        compose.read(path, {})
    assert [line.split(": ")[0] for line in str(told.value).splitlines()] == [f"{path}:4", f"{path}:5"]


@pytest.mark.parametrize(
    ("written", "size"), [("512m", 512 * 2**20), ("1g", 2**30), ("1GB", 2**30), ("64k", 65536), ("10b", 10), ("7", 7)]
)
def test_sizes(tmp_path: Path, written: str, size: int) -> None:
    assert compose.specification(file(tmp_path, f"mem_limit: {written}"), "one", {}).memory == size


@pytest.mark.parametrize(
    ("written", "seconds"), [("35s", 35), ("1m30s", 90), ("250ms", 0.25), ("1.5s", 1.5), ("2h", 7200)]
)
def test_durations(tmp_path: Path, written: str, seconds: float) -> None:
    assert compose.specification(file(tmp_path, f"stop_grace_period: {written}"), "one", {}).stop_grace == seconds


def test_files_and_folders_are_mounted_from_beside_the_file_and_named_volumes_are_the_callers(tmp_path: Path) -> None:
    volumes = 'volumes: ["./conf:/etc/conf:ro", "/srv/x:/x", "data:/data", "../up:/up:rw"]'
    path = file(tmp_path, volumes, more="volumes: {data: {}}\n")
    assert compose.specification(path, "one", {}).mounts == [
        Mount(tmp_path / "conf", "/etc/conf", read_only=True),
        Mount(Path("/srv/x"), "/x"),
        Mount(tmp_path.parent / "up", "/up"),
    ]


def test_rights_limits_and_health_are_those_of_the_file(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "user: '1:2'",
        "read_only: true",
        "init: true",
        "cap_drop: [ALL]",
        "security_opt: ['no-new-privileges:true']",
        "tmpfs: ['/tmp:size=16m,mode=1777', /run]",
        "cpus: 0.5",
        "pids_limit: 12",
        "stop_signal: SIGINT",
        "restart: unless-stopped",
        "ports: ['127.0.0.1:1:1']",
        "healthcheck: {test: [CMD, ask], interval: 2s, timeout: 1s, retries: 5, start_period: 10s}",
    )
    found = compose.specification(path, "one", {})
    assert (found.user, found.read_only, found.init, found.cap_drop) == ("1:2", True, True, ["ALL"])
    assert found.security_opt == ["no-new-privileges:true"]
    assert found.tmpfs == {"/tmp": "size=16m,mode=1777", "/run": ""}
    assert (found.cpus, found.pids, found.stop_signal, found.ports) == (0.5, 12, "SIGINT", {})
    assert found.health == HealthCheck(["CMD", "ask"], 2, 1, 5, 10)


def test_a_command_in_one_line_is_taken_apart_as_a_shell_does(tmp_path: Path) -> None:
    path = file(tmp_path, """command: serve --name "local chat" """)
    assert compose.specification(path, "one", {}).command == ["serve", "--name", "local chat"]


def test_an_unknown_service_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"compose.yaml: there is no service 'won'; did you mean 'one'\?"):
        compose.specification(file(tmp_path), "won", {})


@pytest.mark.parametrize("path", sorted((ROOT / "systems").glob("*/compose*.yaml")), ids=lambda path: path.name)
def test_every_compose_file_of_a_system_can_be_carried_out_as_it_stands(path: Path) -> None:
    found = compose.read(path, {})
    assert found.services
    for name in found.services:
        assert compose.specification(path, name, {}).image

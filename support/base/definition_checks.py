"""Finds what of a definition does not go together: placeholders that stand for nothing, fields that contradict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol

from support.base import installation, routes, services, topology, yaml_lines
from support.base.entries import Command, Companion, DeclaredRefusal, Deployments, Profile
from support.base.placeholders import PLACEHOLDER, suggest
from support.base.requests import Request

BUILT_IN = frozenset({"python", "here", "host", "port", "data", "name"})
"""Placeholders that every definition has."""


class Definition(routes.Declared, installation.Declared, topology.Declared, Protocol):
    """What of a system the rules here read."""

    @property
    def checklist(self) -> str | None: ...

    @property
    def interfaces(self) -> Sequence[str]: ...

    @property
    def deployments(self) -> Deployments: ...

    @property
    def companions(self) -> Mapping[str, Companion]: ...

    @property
    def profiles(self) -> Mapping[str, Profile]: ...

    @property
    def refusals(self) -> Mapping[str, DeclaredRefusal]: ...

    @property
    def errors(self) -> Mapping[Literal["kind", "message"], str]: ...

    @property
    def requests(self) -> Mapping[str, Request]: ...

    @property
    def endpoints(self) -> Mapping[str, str]: ...


def problems(system: Definition) -> Iterator[tuple[yaml_lines.FieldPath, str]]:
    """Each thing that is wrong with a definition whose fields are all well-formed, and the field."""
    yield from _bad_placeholders(system)
    yield from _contradictions(system)


def _texts(system: Definition) -> Iterator[tuple[yaml_lines.FieldPath, str]]:
    commands: list[tuple[yaml_lines.FieldPath, Command | None]] = [
        (("deployments", "process"), system.deployments.process),
        (("deployments", "python"), system.deployments.python),
        *((("companions", name), companion) for name, companion in system.companions.items()),
    ]
    for at, command in commands:
        if command is not None:
            yield from (((*at, "command", index), text) for index, text in enumerate(command.command))
            yield from (((*at, "environment", name), text) for name, text in command.environment.items())
    yield from topology.texts(system)
    yield from routes.texts(system)
    for name, profile in system.profiles.items():
        yield from ((("profiles", name, "environment", key), text) for key, text in profile.environment.items())
        yield from ((("profiles", name, "arguments", index), text) for index, text in enumerate(profile.arguments))


def _bad_placeholders(system: Definition) -> Iterator[tuple[yaml_lines.FieldPath, str]]:
    known = {*BUILT_IN, *system.files, *(f"token_{name}" for name in system.identities)}
    extended = known | topology.placeholders(system) | routes.placeholders(system) | installation.placeholders(system)
    for at, text in _texts(system):
        here = topology.known_at(at, known, extended, bool(system.processes))
        for word in PLACEHOLDER.findall(text):
            if word not in here:
                yield at, f"nothing is known for {{{word}}}; {suggest(word, sorted(here))}"
    for name, file in system.files.items():
        for word in PLACEHOLDER.findall(file.path):
            if word not in ("data", "here"):
                yield ("files", name), f"{{{word}}} cannot stand here, only {{data}} and {{here}} can"
    yield from topology.bad_templates(system, extended)


def _contradictions(system: Definition) -> Iterator[tuple[yaml_lines.FieldPath, str]]:
    if system.checklist and not (system.here / system.checklist).is_file():
        yield ("checklist",), f"{system.checklist!r} is not beside this file: put it there, or take this line away"
    if "python" in system.interfaces and system.deployments.python is None:
        yield ("interfaces",), "names python, but deployments.python does not say how to start its driver"
    for index, profile in enumerate(system.deployments.remote.provides):
        if profile not in {"default", *system.profiles}:
            yield ("deployments", "remote", "provides", index), f"no such profile; {suggest(profile, system.profiles)}"
    for each, about in system.profiles.items():
        yield from _profile(system, each, about)
    yield from installation.contradictions(system)
    yield from routes.contradictions(system)
    yield from topology.contradictions(system, single=system.deployments.process is not None)
    if (run := system.deployments.container) is not None:
        yield from services.contradictions(system.processes, system.stores, run.processes, run.stores)
    yield from _contradictory_requests(system)
    taken = BUILT_IN | routes.placeholders(system) | installation.placeholders(system)
    for name in system.files.keys() & taken:
        yield ("files", name), "this name already stands for something else in a placeholder"


def _profile(system: Definition, name: str, profile: Profile) -> Iterator[tuple[yaml_lines.FieldPath, str]]:
    if profile.scheme == "https" and not {"tls_certificate", "tls_key"} <= system.files.keys():
        yield ("profiles", name, "scheme"), "files must name tls_certificate and tls_key, which the profile reads"
    if profile.client_certificate and (profile.scheme != "https" or "tls_client_authority" not in system.files):
        why = "scheme must be https and files must name tls_client_authority, by which the system verifies clients"
        yield ("profiles", name, "client_certificate"), why
    if profile.arguments and not (system.processes or system.deployments.process):
        yield ("profiles", name, "arguments"), "there is no process whose command they could be added to"
    for file in profile.files:
        if file not in system.files or system.files[file].template is None:
            rendered = [each for each, about in system.files.items() if about.template is not None]
            yield ("profiles", name, "files", file), f"no file from a template; {suggest(file, rendered)}"


def _contradictory_requests(system: Definition) -> Iterator[tuple[yaml_lines.FieldPath, str]]:
    for name, refusal in system.refusals.items():
        if refusal.kind and "kind" not in system.errors:
            yield ("refusals", name, "kind"), "errors.kind does not say where an answer has its kind"
    for name, request in system.requests.items():
        if request.endpoint not in system.endpoints:
            yield ("requests", name, "endpoint"), f"no such endpoint; {suggest(request.endpoint, system.endpoints)}"
        yield from ((("requests", name, *at), why) for at, why in request.mistakes())

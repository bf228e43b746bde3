"""What is found of a definition in the code of sentences, and that nothing which is read is overlooked."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from support.base import systems
from support.base.settings import ROOT
from support.requirements import sentences
from support.requirements.needs import Need, Requirements
from support.requirements.syntax import READS

HEAD = """\
from behave import then
from behave.runner import Context

from support.domains.caio import registrations
from support.domains.caio.session import caio
from support.subjects import auth, deployment, health
from support.world.core import World

TABLE = {"one": "first", "two": "second"}
NAME = "metrics"
"""

UNRESOLVED = {
    "steps/browser.py": {"browser.attempt(context.world, origin, action)"},
    "support/subjects/auth.py": {"known[1]"},
    "support/subjects/rate_limit.py": {"auth.attempt(world, auth.last_caller(world).says, action)"},
    "support/subjects/browser.py": {"world.endpoint(request.endpoint)"},
    "support/subjects/cors.py": {"world.endpoint(request.endpoint)"},
    "support/subjects/openapi_asking.py": {"self.world.endpoint(request.endpoint)", "first[0]"},
    "support/subjects/requests.py": {"world.endpoint(request.endpoint)"},
    "support/subjects/faults.py": {"name"},
    "support/subjects/alert_runs.py": {"world.contain(row['profile'])"},
    "support/subjects/container_faults.py": {"world.companions.only_kind()"},
    "support/world/companions.py": {"self._kinds[name]", "kind"},
    "support/deployments/certificates.py": {"CERTIFICATE", "KEY"},
    "support/deployments/process.py": {"name"},
    "support/deployments/templates.py": {"name"},
}
"""Names that only a run tells: of the last caller, of a table's row, of a damage; a missing one is told there. A
declared request names its endpoint, which a definition must have that declares the request."""
BY_A_CLIENT = ("automation", "gateway", "sidecar")
"""Domains whose client is given endpoints by name through several calls, which the analysis does not follow: what is
missing there is told when the step runs."""
BEHIND_LEASES = "support/deployments/leases.py"
"""Reads again what the world has read already when it asked for a lease."""
NOT_BY_SENTENCES = (
    "support/base/systems.py",
    "support/run/",
    "support/requirements/",
    "support/deployments/readiness.py",
    "support/deployments/companion.py",
    "support/deployments/containers/companion.py",
    "support/domains/automation/sequences.py",
    "support/domains/caio/registry_cleanup.py",
    "support/domains/caio/sequences.py",
    "support/domains/sidecar/sequences.py",
    "support/domains/caio/session.py",
    "support/subjects/requests.py",
    "support/subjects/topology.py",
)
"""Where definitions are read for the suite's own sake: before a run, at a start, to tidy up; by parts of the
world, which are reached by what they can do; and by explorations, whose rules hypothesis calls. What is missing there
is told when the step runs."""


def needs(tmp_path: Path, body: str, more: str = "", interface: str = "http") -> set[tuple[str, str]]:
    """The needs of a step function of this body, its own parameters in angle brackets."""
    path = tmp_path / "made.py"
    lines = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    function = '@then("it is {kind} and {other}")\ndef step(context: Context, kind: str, other: str) -> None:\n'
    path.write_text(f"{HEAD}{dedent(more)}\n{function}{lines}")
    first = path.read_text().splitlines().index('@then("it is {kind} and {other}")') + 1
    found = Requirements(interface).of_step(path, first)
    return {(need.group, f"<{need.name}>" if need.given else need.name) for need in found}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("context.world.endpoint('route')", {("endpoints", "route")}),
        ("context.world.system.metric('requests')", {("metrics", "requests")}),
        ("context.world.endpoint(NAME)", {("endpoints", "metrics")}),
        ("context.world.system.refusal(kind)", {("refusals", "<kind>")}),
        ("world = context.world\nworld.system.command('verify', {})", {("commands", "verify")}),
        ("context.world.start(kind)", {("profiles", "<kind>"), ("processes", "*"), ("routes", "*")}),
        ("context.world.start()", {("profiles", "default"), ("processes", "*"), ("routes", "*")}),
        ("context.world.start(profile='tls')", {("profiles", "tls"), ("processes", "*"), ("routes", "*")}),
        ("deployment.files(context.world)['audit']", {("files", "audit")}),
        ("health.report(context.world)", {("endpoints", "health")}),
        ("health.status_of(context.world, 'ready')", {("endpoints", "ready")}),
        ("caio(context.world).orchestrator.decision('1')", {("endpoints", "decisions")}),
        ("[each.public_keys() for each in caio(context.world).orchestrators]", {("endpoints", "keys")}),
        ("until(lambda: context.world.endpoint('route'))", {("endpoints", "route")}),
        ("registrations.register_during(context.world, deployment.kill)", {("endpoints", "services")}),
        ("name = kind\ncontext.world.system.reason(name)", {("reasons", "<kind>")}),
        (
            "context.world.system.refusal(kind if other else 'forbidden')",
            {("refusals", "<kind>"), ("refusals", "forbidden")},
        ),
        ("if 'x' in context.world.system.endpoints:\n    context.world.endpoint('x')", set()),
        ("context.world.endpoint('x') if 'x' in context.world.system.endpoints else None", set()),
        (
            "if 'x' not in context.world.system.endpoints:\n    return\n"
            "context.world.endpoint('x')\ncontext.world.system.metric('y')",
            {("metrics", "y")},
        ),
        ("print(list(context.world.system.endpoints.values()))", {("endpoints", "*")}),
        ("print(kind)", set()),
    ],
)
def test_what_a_step_reads_is_found_in_all_that_it_calls(
    tmp_path: Path, body: str, found: set[tuple[str, str]]
) -> None:
    assert needs(tmp_path, body) == found


def test_what_a_function_is_given_is_followed_through_defaults_and_keywords(tmp_path: Path) -> None:
    more = """
    def inner(world: World, name: str, kind: str = "durations") -> None:
        world.endpoint(name)
        world.system.metric(kind)

    def outer(world: World, kind: str) -> None:
        inner(world, name=kind)
    """
    assert needs(tmp_path, "outer(context.world, other)", more) == {("endpoints", "<other>"), ("metrics", "durations")}


def test_functions_that_call_each_other_are_read_to_an_end(tmp_path: Path) -> None:
    more = """
    def one(world: World) -> None:
        world.endpoint("one")
        other(world)

    def other(world: World) -> None:
        one(world)
    """
    assert needs(tmp_path, "one(context.world)", more) == {("endpoints", "one")}


def test_endpoints_are_read_over_http_alone(tmp_path: Path) -> None:
    body = "caio(context.world).orchestrator.services()"
    assert needs(tmp_path, body) == {("endpoints", "services")}
    assert needs(tmp_path, body, interface="python") == set()


def test_a_value_that_stands_for_no_field_or_for_another_is_no_need_of_its_own() -> None:
    plain, table = (
        Need("refusals", "outcome", True, unless="allowed"),
        Need("identities", "who", True, None, (("a", "b"),)),
    )
    assert plain.with_text("allowed") is None
    assert plain.with_text("forbidden") == Need("refusals", "forbidden")
    assert table.with_text("a") == Need("identities", "b")
    assert table.with_text("c") is None


def test_no_place_that_reads_a_definition_is_overlooked() -> None:
    """Every call that reads a field, found by its name alone, is met on the way from some sentence."""
    requirements = Requirements()
    for sentence in sentences.load(ROOT / "steps"):
        requirements.of_step(sentence.path, sentence.line)
    found = {(path.relative_to(ROOT).as_posix(), line) for path, line in requirements.places}
    written = {place for place in _reading_calls() if not place[0].startswith(NOT_BY_SENTENCES)}
    assert written
    assert written - found == set()


def test_names_that_only_a_run_tells_are_those_that_are_known() -> None:
    requirements = Requirements()
    for sentence in sentences.load(ROOT / "steps"):
        requirements.of_step(sentence.path, sentence.line)
    left: dict[str, set[str]] = {}
    for each in requirements.unresolved:
        left.setdefault(each.path.relative_to(ROOT).as_posix(), set()).add(each.what)
    left.pop(BEHIND_LEASES)
    assert {path: names for path, names in left.items() if not any(each in path for each in BY_A_CLIENT)} == UNRESOLVED


def test_every_group_that_is_read_is_one_of_a_definition() -> None:
    assert set(READS.values()) <= set(systems.System.model_fields)
    assert all(callable(getattr(systems.System, name)) for name in READS)


def _reading_calls() -> set[tuple[str, int]]:
    """Calls of a method by which definitions are read, where what it is called on is a world or a system."""
    found = set()
    for folder in ("steps", "support"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
                    holder = ast.unparse(node.func.value).rpartition(".")[2]
                    if holder in {"system", "_system"} and node.args:
                        found.add((path.relative_to(ROOT).as_posix(), node.lineno))
    return found

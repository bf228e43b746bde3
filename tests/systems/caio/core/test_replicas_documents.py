"""What is written about replicas is the same everywhere: in compose file, load balancer, runbook and definition."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parents[4] / "systems" / "caio"
BALANCER = (HERE / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((HERE / "compose.replicas.yaml").read_text(encoding="utf-8"))
DEFINITION: dict[str, Any] = yaml.safe_load((HERE / "system.yaml").read_text(encoding="utf-8"))
RUNBOOK = (HERE / "runbooks" / "rolling-update.md").read_text(encoding="utf-8")
REPLICAS = sorted(name for name in COMPOSE["services"] if name.startswith("caio-"))


def setting(pattern: str) -> float:
    """A time of the load balancer's, in seconds."""
    found = re.search(rf"^ +{pattern} (\d+)(ms|s)\b", BALANCER, re.MULTILINE)
    assert found, pattern
    return float(found[1]) * (0.001 if found[2] == "ms" else 1)


def default(name: str) -> float:
    """The default of a setting that the compose file takes from the environment."""
    text = COMPOSE["services"][REPLICAS[0]]["environment"][name]
    return float(re.fullmatch(r"\$\{\w+:-(\d+)\}", text)[1])  # type: ignore[index]


def test_the_load_balancer_knows_the_replicas_of_the_compose_file_by_their_names() -> None:
    servers = re.findall(r"^ +server (\S+) (\S+):8080$", BALANCER, re.MULTILINE)
    assert sorted(name for name, _ in servers) == REPLICAS
    assert all(name == address for name, address in servers)
    assert sorted(chain(*DEFINITION["deployments"]["replicas"]["sides"])) == REPLICAS


def test_nothing_is_tried_again_that_may_have_had_an_effect() -> None:
    assert re.findall(r"^ +retry-on (.+)$", BALANCER, re.MULTILINE) == ["conn-failure"]


def test_a_replica_serves_on_for_longer_than_it_takes_to_notice_that_it_leaves() -> None:
    checks = int(re.search(r"fall (\d+)", BALANCER)[1])  # type: ignore[index]
    assert default("CAIO_DRAIN_SECONDS") > setting("default-server check inter") * checks


def test_the_engine_kills_no_replica_that_still_finishes_requests() -> None:
    from chassis.server import GRACE_SECONDS

    grace = float(COMPOSE["services"][REPLICAS[0]]["stop_grace_period"].removesuffix("s"))
    assert grace > default("CAIO_DRAIN_SECONDS") + GRACE_SECONDS
    assert f"{default('CAIO_DRAIN_SECONDS') + GRACE_SECONDS:.0f} seconds" in RUNBOOK


def test_the_balancer_waits_as_long_as_a_request_may_take() -> None:
    from caio.api.bodies import LONGEST_DEADLINE_MS

    assert setting("timeout server") * 1000 > LONGEST_DEADLINE_MS
    assert setting("timeout client") * 1000 > LONGEST_DEADLINE_MS


@pytest.mark.parametrize("name", ["CAIO_GREEN_IMAGE", "CAIO_BLUE_IMAGE"])
def test_the_runbook_changes_images_that_the_compose_file_reads(name: str) -> None:
    images = {service["image"] for service in COMPOSE["services"].values()}
    assert name in RUNBOOK
    assert any(f"${{{name}:-" in image for image in images)


def test_the_replicas_of_a_side_are_one_image_on_one_data_folder() -> None:
    services = COMPOSE["services"]
    for side in DEFINITION["deployments"]["replicas"]["sides"]:
        assert len({services[name]["image"] for name in side}) == 1
    assert {tuple(services[name]["volumes"]) for name in REPLICAS} == {("caio-data:/data",)}


def test_every_command_of_the_runbook_names_a_replica_or_the_balancer() -> None:
    named = set(re.findall(r"caio/(caio-\w+)-\$n", RUNBOOK))
    assert {f"{name}-{number}" for name in named for number in (1, 2)} == set(REPLICAS)

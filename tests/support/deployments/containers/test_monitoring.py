"""What stands beside CAIO in its compose file has no more rights than CAIO itself."""

from __future__ import annotations

import pytest

from support.base.systems import SYSTEMS
from support.deployments.containers import compose

PATH = SYSTEMS / "caio" / "compose.yaml"


@pytest.mark.parametrize("service", ["prometheus", "alertmanager"])
def test_monitoring_runs_without_rights_and_writes_to_memory_alone(service: str) -> None:
    spec = compose.specification(PATH, service, {})
    assert spec.read_only
    assert spec.cap_drop == ["ALL"]
    assert spec.security_opt == ["no-new-privileges:true"]
    assert spec.user == "65534:65534"
    assert spec.health is not None
    assert spec.memory is not None
    assert all(mount.read_only for mount in spec.mounts)
    assert all(entry.startswith("127.0.0.1:") for entry in compose.read(PATH, {}).services[service].ports)


@pytest.mark.parametrize("service", ["prometheus", "alertmanager"])
def test_its_image_is_left_to_a_variable(service: str) -> None:
    assert compose.specification(PATH, service, {}).image.startswith(f"prom/{service}:v")
    assert compose.specification(PATH, service, {f"{service.upper()}_IMAGE": "other"}).image == "other"

"""Which services of a compose file the processes and stores of a system are: what does not go together is told."""

from __future__ import annotations

import pytest

from support.base import services
from support.base.services import ProcessServices, StoreService
from support.base.topology import ProcessEntry, Readiness, StoreEntry

API = ProcessEntry(command=["api"], ready=Readiness(path="/health"))
REDIS = StoreEntry(kind="redis")
RUN_AS = ProcessServices(services=["api"], port=8000)
STORED_AS = StoreService(service="redis", port=6379, image="REDIS_IMAGE", password="REDIS_PASSWORD")


def test_every_part_that_is_a_service_is_right() -> None:
    assert list(services.contradictions({"api": API}, {"queue": REDIS}, {"api": RUN_AS}, {"queue": STORED_AS})) == []


def test_a_system_that_is_one_container_needs_no_services() -> None:
    assert list(services.contradictions({"api": API}, {"queue": REDIS}, {}, {})) == []


@pytest.mark.parametrize(
    ("processes", "stores", "run_as", "stored_as", "at", "words"),
    [
        ({"api": API, "worker": API}, {}, {"api": RUN_AS}, {}, "processes", "the process worker is"),
        ({"api": API}, {}, {"api": RUN_AS, "db": RUN_AS}, {}, "db", "no process of this name"),
        ({"api": API}, {"queue": REDIS}, {"api": RUN_AS}, {}, "stores", "the store queue is"),
        ({"api": API}, {}, {"api": RUN_AS}, {"queue": STORED_AS}, "queue", "no store of this name"),
        (
            {"api": API},
            {"db": StoreEntry(kind="postgresql")},
            {"api": RUN_AS},
            {"db": STORED_AS},
            "db",
            "kind postgresql cannot be run in a container",
        ),
        (
            {"api": ProcessEntry(command=["api"], ready=Readiness(command=["true"]))},
            {},
            {"api": RUN_AS},
            {},
            "api",
            "readiness is a command",
        ),
    ],
)
def test_what_does_not_go_together_is_told_with_its_field(
    processes: dict[str, ProcessEntry],
    stores: dict[str, StoreEntry],
    run_as: dict[str, ProcessServices],
    stored_as: dict[str, StoreService],
    at: str,
    words: str,
) -> None:
    (found,) = services.contradictions(processes, stores, run_as, stored_as)
    assert found[0][-1] == at
    assert words in found[1]
